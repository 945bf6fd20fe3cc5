import { MigrationInterface, QueryRunner } from "typeorm";

export class Drops1710000000012 implements MigrationInterface {
    name = "Drops1710000000012";

    async up(queryRunner: QueryRunner): Promise<void> {
        const table = await queryRunner.getTable("posts");
        const foreignKey = table!.foreignKeys.find((fk) => fk.columnNames.indexOf("author_id") !== -1);
        await queryRunner.dropForeignKey("posts", foreignKey!);
        await queryRunner.dropColumn("posts", "author_id");

        await queryRunner.dropForeignKey("posts", "posts_editor");
        await queryRunner.dropIndex("posts", "posts_title");
        await queryRunner.dropUniqueConstraint("posts", "posts_slug");
        await queryRunner.dropCheckConstraint("posts", "posts_words");
        await queryRunner.dropColumns("posts", ["slug", "words"]);
        await queryRunner.dropTable("old_posts");
        await queryRunner.dropTable("older_posts", true);
    }

    async down(): Promise<void> {
        throw new Error("there is no way back");
    }
}
