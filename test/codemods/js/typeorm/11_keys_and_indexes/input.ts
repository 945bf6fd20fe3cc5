import {MigrationInterface, QueryRunner, TableCheck, TableForeignKey, TableIndex, TableUnique} from "typeorm";

const TABLE = "posts";

export class KeysAndIndexes1710000000011 implements MigrationInterface {
    public async up(queryRunner: QueryRunner): Promise<void> {
        await queryRunner.createForeignKey(TABLE, new TableForeignKey({
            name: "posts_author",
            columnNames: ["author_id"],
            referencedColumnNames: ["id"],
            referencedTableName: "authors",
            onDelete: "SET NULL",
        }));
        await queryRunner.createForeignKey("posts", new TableForeignKey({
            columnNames: ["editor_id"],
            referencedColumnNames: ["id"],
            referencedTableName: "authors"
        }));
        await queryRunner.createIndex(TABLE, new TableIndex({ name: "IDX_POST_TITLE", columnNames: ["title"], isUnique: true, where: "title <> ''" }));
        await queryRunner.createIndices("posts", [
            new TableIndex({ name: "posts_author_idx", columnNames: ["author_id"] }),
            new TableIndex({ name: "posts_editor_idx", columnNames: ["editor_id", "id"] }),
        ]);
        await queryRunner.createUniqueConstraint("posts", new TableUnique({ name: "posts_slug", columnNames: ["slug"] }));
        await queryRunner.createCheckConstraint("posts", new TableCheck({ name: "posts_not_self", expression: "author_id <> editor_id" }));
        await queryRunner.createPrimaryKey("tags", ["name"]);
    }

    public async down(queryRunner: QueryRunner): Promise<void> {
        await queryRunner.dropIndex("posts", "IDX_POST_TITLE");
    }
}
