import { MigrationInterface, QueryRunner } from "typeorm";

export class Step51795293939457 implements MigrationInterface {
    name = 'Step51795293939457'

    public async up(queryRunner: QueryRunner): Promise<void> {
        await queryRunner.query(`ALTER TABLE "user" ADD "settings" jsonb NOT NULL DEFAULT '{}'`);
        await queryRunner.query(`ALTER TABLE "user" ADD "tags" text array NOT NULL DEFAULT '{}'`);
        await queryRunner.query(`ALTER TABLE "user" ADD "full" character varying GENERATED ALWAYS AS (coalesce("name", '') || ' <' || "email" || '>') STORED`);
        await queryRunner.query(`INSERT INTO "typeorm_metadata"("database", "schema", "table", "type", "name", "value") VALUES ($1, $2, $3, $4, $5, $6)`, ["gen","public","user","GENERATED_COLUMN","full","coalesce(\"name\", '') || ' <' || \"email\" || '>'"]);
        await queryRunner.query(`CREATE VIEW "active_user" AS SELECT "id", "email" FROM "user" WHERE "karma" > 10`);
        await queryRunner.query(`INSERT INTO "typeorm_metadata"("database", "schema", "table", "type", "name", "value") VALUES (DEFAULT, $1, DEFAULT, $2, $3, $4)`, ["public","VIEW","active_user","SELECT \"id\", \"email\" FROM \"user\" WHERE \"karma\" > 10"]);
        await queryRunner.query(`CREATE VIEW "post_stats" AS SELECT "authorId", count(*) AS n FROM "post" GROUP BY "authorId"`);
        await queryRunner.query(`INSERT INTO "typeorm_metadata"("database", "schema", "table", "type", "name", "value") VALUES (DEFAULT, $1, DEFAULT, $2, $3, $4)`, ["public","VIEW","post_stats","SELECT \"authorId\", count(*) AS n FROM \"post\" GROUP BY \"authorId\""]);
    }

    public async down(queryRunner: QueryRunner): Promise<void> {
        await queryRunner.query(`DELETE FROM "typeorm_metadata" WHERE "type" = $1 AND "name" = $2 AND "schema" = $3`, ["VIEW","post_stats","public"]);
        await queryRunner.query(`DROP VIEW "post_stats"`);
        await queryRunner.query(`DELETE FROM "typeorm_metadata" WHERE "type" = $1 AND "name" = $2 AND "schema" = $3`, ["VIEW","active_user","public"]);
        await queryRunner.query(`DROP VIEW "active_user"`);
        await queryRunner.query(`DELETE FROM "typeorm_metadata" WHERE "type" = $1 AND "name" = $2 AND "database" = $3 AND "schema" = $4 AND "table" = $5`, ["GENERATED_COLUMN","full","gen","public","user"]);
        await queryRunner.query(`ALTER TABLE "user" DROP COLUMN "full"`);
        await queryRunner.query(`ALTER TABLE "user" DROP COLUMN "tags"`);
        await queryRunner.query(`ALTER TABLE "user" DROP COLUMN "settings"`);
    }

}
