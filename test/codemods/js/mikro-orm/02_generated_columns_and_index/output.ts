import { Migration } from '@mikro-orm/migrations';

export class Migration20261121211906 extends Migration {

  override async up(): Promise<void> {
    this.addSql(`DO $idempotify$
DECLARE
  want text[] := ARRAY['id integer NOT NULL', 'text text NOT NULL', 'post_id uuid NOT NULL', 'PRIMARY KEY (id)'];
  have text[] := ARRAY(
    SELECT concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END)
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid AND relkind = 'r' WHERE attrelid = to_regclass(format('%I.%s', current_schema(), 'comment')) AND attnum > 0 AND NOT attisdropped
    UNION ALL SELECT pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = to_regclass(format('%I.%s', current_schema(), 'comment')) AND pg_get_constraintdef(oid) = ANY (want));
BEGIN
  IF have = '{}' THEN
    create table "comment" ("id" serial primary key, "text" text not null, "post_id" uuid not null);
  ELSIF NOT (have <@ want AND want <@ have) THEN
    RAISE EXCEPTION 'idempotify: table comment is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);

    this.addSql(`DO $idempotify$
DECLARE
  want text := format('FOREIGN KEY (post_id) REFERENCES %s(id) ON UPDATE CASCADE', to_regclass('post'));
  have text := (SELECT pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = to_regclass('comment') AND conname = 'comment_post_id_foreign');
BEGIN
  IF have IS NULL THEN
    alter table "comment" add constraint "comment_post_id_foreign" foreign key ("post_id") references "post" ("id") on update cascade;
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: constraint comment_post_id_foreign is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);

    this.addSql(`DO $idempotify$
DECLARE
  want text[] := ARRAY['bio text', 'karma integer NOT NULL'];
  have text[] := ARRAY(
    SELECT concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END)
    FROM pg_attribute WHERE attrelid = to_regclass('"user"') AND attname IN ('bio', 'karma') AND NOT attisdropped);
BEGIN
  IF NOT have <@ want THEN
    RAISE EXCEPTION 'idempotify: table "user" is there with another definition: found %, expected %', have, want;
  ELSIF cardinality(have) < 2 THEN
    alter table "user" add column IF NOT EXISTS "bio" text null, add column IF NOT EXISTS "karma" int not null default 0;
  END IF;
END $idempotify$;`);
    this.addSql(`comment on column "user"."bio" is 'it''s free text';`);
    this.addSql(`DO $idempotify$
DECLARE
  want text := 'btree (karma)';
  have text := (SELECT concat(CASE WHEN indisunique THEN 'UNIQUE ' END, split_part(pg_get_indexdef(indexrelid), ' USING ', 2)) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = to_regclass('"user"') AND relname = 'user_karma_index' AND indisvalid);
BEGIN
  IF have IS NULL THEN
    create index "user_karma_index" on "user" ("karma");
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: index user_karma_index is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
  }

  override async down(): Promise<void> {
    this.addSql(`drop table if exists "comment" cascade;`);

    this.addSql(`drop index "user_karma_index";`);
    this.addSql(`alter table "user" drop column "bio", drop column "karma";`);
  }

}
