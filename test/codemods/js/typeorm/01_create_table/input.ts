import { MigrationInterface, QueryRunner } from "typeorm";

export class Init1700000000001 implements MigrationInterface {
    name = 'Init1700000000001'

    public async up(queryRunner: QueryRunner): Promise<void> {
        await queryRunner.query(`CREATE TABLE "a" ("id" SERIAL NOT NULL, "t" text, CONSTRAINT "PK_a" PRIMARY KEY ("id"))`);
        await queryRunner.query(`CREATE INDEX "IDX_a" ON "a" ("t")`);
        await queryRunner.query(`INSERT INTO a (t) VALUES ($1)`, ['x']);
    }

    public async down(queryRunner: QueryRunner): Promise<void> {
        await queryRunner.query(`DROP TABLE "a"`);
    }
}
