import { MigrationInterface, QueryRunner } from "typeorm";

export class Batch1710000000022 implements MigrationInterface {
    public async up(queryRunner: QueryRunner): Promise<void> {
        await queryRunner.query(`
            -- two tables
            CREATE TABLE room (id serial PRIMARY KEY, name text NOT NULL);
            CREATE TABLE booking (
                id serial PRIMARY KEY,
                room_id int NOT NULL REFERENCES room (id),
                during tstzrange NOT NULL
            );
            CREATE INDEX booking_room ON booking (room_id);
        `);
        await queryRunner.query(
            "CREATE TYPE booking_state AS ENUM ('asked', 'granted');" +
            "ALTER TABLE booking ADD COLUMN state booking_state NOT NULL DEFAULT 'asked'"
        );
        await queryRunner.query(`
            CREATE OR REPLACE FUNCTION touch() RETURNS trigger AS $$
            BEGIN
                NEW.name = upper(NEW.name);
                RETURN NEW;
            END;
            $$ LANGUAGE plpgsql;
            CREATE TRIGGER room_touch BEFORE INSERT OR UPDATE ON room FOR EACH ROW EXECUTE FUNCTION touch();
        `);
        await queryRunner.query(`INSERT INTO room (id, name) VALUES (1, 'blue'), (2, 'green')`);
    }

    public async down(queryRunner: QueryRunner): Promise<void> {
        await queryRunner.query(`DROP TABLE booking; DROP TABLE room; DROP TYPE booking_state; DROP FUNCTION touch()`);
    }
}
