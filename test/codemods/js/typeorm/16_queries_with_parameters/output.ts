import { MigrationInterface, QueryRunner } from "typeorm";

export class Settings1710000000016 implements MigrationInterface {
    public async up(queryRunner: QueryRunner): Promise<void> {
        await queryRunner.query(
            `CREATE TABLE setting (key text PRIMARY KEY, value jsonb NOT NULL, note text)`,
        );
        await queryRunner.query(`INSERT INTO setting (key, value) VALUES ($1, $2), ($3, $4)`, ["theme", JSON.stringify("dark"), "limit", "10"]);
        await queryRunner.query("UPDATE setting SET note = $1 WHERE note IS NULL", ["the operator's"]);
        await queryRunner.query('DELETE FROM setting WHERE key = $1', ['limit'])
        await queryRunner.query("INSERT INTO setting (key, value) VALUES ('it''s', '{\"a\": \"\\\\\"}')");
    }

    public async down(queryRunner: QueryRunner): Promise<void> {
        await queryRunner.query(`DROP TABLE setting`);
    }
}
