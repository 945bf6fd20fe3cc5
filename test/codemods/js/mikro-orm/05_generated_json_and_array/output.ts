import { Migration } from '@mikro-orm/migrations';

export class Migration20261121211909 extends Migration {

  override async up(): Promise<void> {
    this.addSql(`DO $idempotify$
DECLARE
  want text[] := ARRAY['settings jsonb NOT NULL', 'tags text[]'];
  have text[] := ARRAY(
    SELECT concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END)
    FROM pg_attribute WHERE attrelid = to_regclass('"user"') AND attname IN ('settings', 'tags') AND NOT attisdropped);
BEGIN
  IF NOT have <@ want THEN
    RAISE EXCEPTION 'idempotify: table "user" is there with another definition: found %, expected %', have, want;
  ELSIF cardinality(have) < 2 THEN
    alter table "user" add column IF NOT EXISTS "settings" jsonb not null default '{}', add column IF NOT EXISTS "tags" text[] null;
  END IF;
END $idempotify$;`);
  }

  override async down(): Promise<void> {
    this.addSql(`alter table "user" drop column "settings", drop column "tags";`);
  }

}
