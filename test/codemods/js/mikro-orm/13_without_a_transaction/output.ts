import { Migration } from '@mikro-orm/migrations';

export class Migration20260101000013 extends Migration {
  isTransactional(): boolean {
    return false;
  }

  async up(): Promise<void> {
    this.addSql(`DO $idempotify$
DECLARE
  want text := 'btree (at)';
  have text := (SELECT concat(CASE WHEN indisunique THEN 'UNIQUE ' END, split_part(pg_get_indexdef(indexrelid), ' USING ', 2)) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = to_regclass('event') AND relname = 'event_at_index' AND indisvalid);
BEGIN
  IF EXISTS (SELECT FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = to_regclass('event') AND relname = 'event_at_index' AND NOT indisvalid) THEN
    DROP INDEX event_at_index;
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: index event_at_index is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
    this.addSql('create index concurrently IF NOT EXISTS "event_at_index" on "event" ("at");');
    this.addSql(`DO $idempotify$
DECLARE
  want text[] := ARRAY['source text', 'target text'];
  have text[] := ARRAY(
    SELECT concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END)
    FROM pg_attribute WHERE attrelid = to_regclass('event') AND attname IN ('source', 'target') AND NOT attisdropped);
BEGIN
  IF NOT have <@ want THEN
    RAISE EXCEPTION 'idempotify: table event is there with another definition: found %, expected %', have, want;
  ELSIF cardinality(have) < 2 THEN
    alter table "event" add column IF NOT EXISTS "source" text null, add column IF NOT EXISTS "target" text null;
  END IF;
END $idempotify$;`);
    this.addSql('drop index concurrently IF EXISTS "event_old_index";');
  }

  async down(): Promise<void> {
    this.addSql('drop index concurrently "event_at_index";');
  }
}
