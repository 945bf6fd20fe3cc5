import { Migration } from '@mikro-orm/migrations';

export class Migration20260101000009 extends Migration {
  async up(): Promise<void> {
    // what is added is sent behind what is executed
    this.addSql(`DO $idempotify$
DECLARE
  want text := 'btree (state)';
  have text := (SELECT concat(CASE WHEN indisunique THEN 'UNIQUE ' END, split_part(pg_get_indexdef(indexrelid), ' USING ', 2)) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = to_regclass('job') AND relname = 'job_state_index' AND indisvalid);
BEGIN
  IF have IS NULL THEN
    create index "job_state_index" on "job" ("state");
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: index job_state_index is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
    await this.execute(`DO $idempotify$
DECLARE
  want text[] := ARRAY['id integer NOT NULL', 'state text NOT NULL', 'PRIMARY KEY (id)'];
  have text[] := ARRAY(
    SELECT concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END)
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid AND relkind = 'r' WHERE attrelid = to_regclass(format('%I.%s', current_schema(), 'job')) AND attnum > 0 AND NOT attisdropped
    UNION ALL SELECT pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = to_regclass(format('%I.%s', current_schema(), 'job')) AND pg_get_constraintdef(oid) = ANY (want));
BEGIN
  IF have = '{}' THEN
    create table "job" ("id" serial primary key, "state" text not null);
  ELSIF NOT (have <@ want AND want <@ have) THEN
    RAISE EXCEPTION 'idempotify: table job is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
    this.addSql("insert into \"job\" (\"id\", \"state\") values (1, 'it''s new') ON CONFLICT (id) DO NOTHING");
    const jobs = await this.execute('select count(*) as "n" from "job"');
    if (Number(jobs[0].n) > 1000) console.log('many');
  }

  async down(): Promise<void> {
    this.addSql('drop table "job"');
  }
}
