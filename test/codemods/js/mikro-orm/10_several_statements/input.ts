import { Migration } from '@mikro-orm/migrations';

export class Migration20260101000010 extends Migration {
  override async up(): Promise<void> {
    this.addSql(`
      CREATE TABLE room (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        name text NOT NULL UNIQUE,
        seats int CHECK (seats > 0)
      );

      CREATE TABLE booking (
        id serial PRIMARY KEY,
        room_id uuid NOT NULL REFERENCES room (id) ON DELETE CASCADE,
        during tstzrange NOT NULL
      );
      CREATE INDEX booking_during ON booking USING gist (during);
    `);
    this.addSql(`
      CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        NEW.name := upper(NEW.name);
        RETURN NEW;
      END
      $$;
      CREATE TRIGGER room_shout BEFORE INSERT ON room FOR EACH ROW EXECUTE FUNCTION shout();
    `);
    this.addSql(`CREATE VIEW big_room AS SELECT id, name FROM room WHERE seats > 20;`);
    this.addSql(`COMMENT ON TABLE room IS 'where people meet';`);
  }

  override async down(): Promise<void> {
    this.addSql(`DROP VIEW big_room; DROP TABLE booking; DROP TABLE room; DROP FUNCTION shout();`);
  }
}
