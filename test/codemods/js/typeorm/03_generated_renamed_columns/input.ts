import { MigrationInterface, QueryRunner } from "typeorm";

export class Step31795293936914 implements MigrationInterface {
    name = 'Step31795293936914'

    public async up(queryRunner: QueryRunner): Promise<void> {
        await queryRunner.query(`ALTER TABLE "user" RENAME COLUMN "nick" TO "displayName"`);
        await queryRunner.query(`ALTER TABLE "post" RENAME COLUMN "published" TO "publishedAt"`);
        await queryRunner.query(`ALTER TABLE "user" ADD CONSTRAINT "UQ_059e69c318702e93998f26d1528" UNIQUE ("displayName")`);
        await queryRunner.query(`ALTER TABLE "post" DROP COLUMN "publishedAt"`);
        await queryRunner.query(`ALTER TABLE "post" ADD "publishedAt" TIMESTAMP WITH TIME ZONE`);
    }

    public async down(queryRunner: QueryRunner): Promise<void> {
        await queryRunner.query(`ALTER TABLE "post" DROP COLUMN "publishedAt"`);
        await queryRunner.query(`ALTER TABLE "post" ADD "publishedAt" boolean NOT NULL DEFAULT false`);
        await queryRunner.query(`ALTER TABLE "user" DROP CONSTRAINT "UQ_059e69c318702e93998f26d1528"`);
        await queryRunner.query(`ALTER TABLE "post" RENAME COLUMN "publishedAt" TO "published"`);
        await queryRunner.query(`ALTER TABLE "user" RENAME COLUMN "displayName" TO "nick"`);
    }

}
