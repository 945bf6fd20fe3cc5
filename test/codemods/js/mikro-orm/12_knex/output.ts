import { Migration } from '@mikro-orm/migrations';

export class Migration20260101000012 extends Migration {
  async up(): Promise<void> {
    const knex = this.getKnex();
    this.addSql(`DO $idempotify$
DECLARE
  want text[] := ARRAY['level integer'];
  have text[] := ARRAY(
    SELECT concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END)
    FROM pg_attribute WHERE attrelid = to_regclass('role') AND attname = 'level' AND NOT attisdropped);
BEGIN
  IF have = '{}' THEN
    alter table "role" add column IF NOT EXISTS "level" int null;
  ELSIF NOT have <@ want THEN
    RAISE EXCEPTION 'idempotify: table role is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
    this.addSql(`insert into "role" ("id", "name") values (10, 'guest'), (11, 'o''wner') ON CONFLICT (id) DO NOTHING`);
    this.addSql(knex('role').update({ name: 'nobody' }).whereNull('name'));
    const roles = await knex('role').select('id');
    console.log(`${roles.length} roles`);
  }
}
