import {MigrationInterface, QueryRunner, TableCheck, TableForeignKey, TableIndex, TableUnique} from "typeorm";

const TABLE = "posts";

export class KeysAndIndexes1710000000011 implements MigrationInterface {
    public async up(queryRunner: QueryRunner): Promise<void> {
        if (!(await queryRunner.getTable(TABLE))?.foreignKeys.some((key) => key.name === "posts_author")) {
            await queryRunner.createForeignKey(TABLE, new TableForeignKey({
                name: "posts_author",
                columnNames: ["author_id"],
                referencedColumnNames: ["id"],
                referencedTableName: "authors",
                onDelete: "SET NULL",
            }));
        }
        if (!(await queryRunner.getTable("posts"))?.foreignKeys.some((key) => key.name === "FK_aa6710601e531de2158434c82a3")) {
            await queryRunner.createForeignKey("posts", new TableForeignKey({
                columnNames: ["editor_id"],
                referencedColumnNames: ["id"],
                referencedTableName: "authors"
            }));
        }
        if (!(await queryRunner.getTable(TABLE))?.indices.some((index) => index.name === "IDX_POST_TITLE")) {
            await queryRunner.createIndex(TABLE, new TableIndex({ name: "IDX_POST_TITLE", columnNames: ["title"], isUnique: true, where: "title <> ''" }));
        }
        if (!(await queryRunner.getTable("posts"))?.indices.some((index) => index.name === "posts_editor_idx")) {
            await queryRunner.createIndices("posts", [
                new TableIndex({ name: "posts_author_idx", columnNames: ["author_id"] }),
                new TableIndex({ name: "posts_editor_idx", columnNames: ["editor_id", "id"] }),
            ]);
        }
        if (!(await queryRunner.getTable("posts"))?.uniques.some((unique) => unique.name === "posts_slug")) {
            await queryRunner.createUniqueConstraint("posts", new TableUnique({ name: "posts_slug", columnNames: ["slug"] }));
        }
        if (!(await queryRunner.getTable("posts"))?.checks.some((check) => check.name === "posts_not_self")) {
            await queryRunner.createCheckConstraint("posts", new TableCheck({ name: "posts_not_self", expression: "author_id <> editor_id" }));
        }
        if (!(await queryRunner.getTable("tags"))?.primaryColumns.length) {
            await queryRunner.createPrimaryKey("tags", ["name"]);
        }
    }

    public async down(queryRunner: QueryRunner): Promise<void> {
        await queryRunner.dropIndex("posts", "IDX_POST_TITLE");
    }
}
