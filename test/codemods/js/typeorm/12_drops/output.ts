import { MigrationInterface, QueryRunner } from "typeorm";

export class Drops1710000000012 implements MigrationInterface {
    name = "Drops1710000000012";

    async up(queryRunner: QueryRunner): Promise<void> {
        const table = await queryRunner.getTable("posts");
        const foreignKey = table!.foreignKeys.find((fk) => fk.columnNames.indexOf("author_id") !== -1);
        if (foreignKey) {
            await queryRunner.dropForeignKey("posts", foreignKey!);
        }
        if (await queryRunner.hasColumn("posts", "author_id")) {
            await queryRunner.dropColumn("posts", "author_id");
        }

        if ((await queryRunner.getTable("posts"))?.foreignKeys.some((key) => key.name === "posts_editor")) {
            await queryRunner.dropForeignKey("posts", "posts_editor");
        }
        if ((await queryRunner.getTable("posts"))?.indices.some((index) => index.name === "posts_title")) {
            await queryRunner.dropIndex("posts", "posts_title");
        }
        if ((await queryRunner.getTable("posts"))?.uniques.some((unique) => unique.name === "posts_slug")) {
            await queryRunner.dropUniqueConstraint("posts", "posts_slug");
        }
        if ((await queryRunner.getTable("posts"))?.checks.some((check) => check.name === "posts_words")) {
            await queryRunner.dropCheckConstraint("posts", "posts_words");
        }
        if (await queryRunner.hasColumn("posts", "words")) {
            await queryRunner.dropColumns("posts", ["slug", "words"]);
        }
        await queryRunner.dropTable("old_posts", true);
        await queryRunner.dropTable("older_posts", true);
    }

    async down(): Promise<void> {
        throw new Error("there is no way back");
    }
}
