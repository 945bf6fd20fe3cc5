import { Migration } from '@mikro-orm/migrations';

export class Migration20261121211912 extends Migration {

  override async up(): Promise<void> {
    this.addSql(`drop table if exists "comment" cascade;`);

    this.addSql(`alter table "post" drop column IF EXISTS "published";`);

    this.addSql(`DO $idempotify$
DECLARE
  want text[] := ARRAY['published_at timestamp with time zone'];
  have text[] := ARRAY(
    SELECT concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END)
    FROM pg_attribute WHERE attrelid = to_regclass('post') AND attname = 'published_at' AND NOT attisdropped);
BEGIN
  IF have = '{}' THEN
    alter table "post" add column IF NOT EXISTS "published_at" timestamptz null;
  ELSIF NOT have <@ want THEN
    RAISE EXCEPTION 'idempotify: table post is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
  }

  override async down(): Promise<void> {
    this.addSql(`create table "comment" ("id" serial primary key, "text" varchar(255) not null, "post_id" uuid not null);`);

    this.addSql(`alter table "comment" add constraint "comment_post_id_foreign" foreign key ("post_id") references "post" ("id") on update cascade on delete no action;`);

    this.addSql(`alter table "post" drop column "published_at";`);

    this.addSql(`alter table "post" add column "published" bool not null default false;`);
  }

}
