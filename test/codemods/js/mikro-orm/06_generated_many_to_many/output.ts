import { Migration } from '@mikro-orm/migrations';

export class Migration20261121211911 extends Migration {

  override async up(): Promise<void> {
    this.addSql(`DO $idempotify$
DECLARE
  want text[] := ARRAY['id bigint NOT NULL', 'name character varying(255) NOT NULL', 'PRIMARY KEY (id)'];
  have text[] := ARRAY(
    SELECT concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END)
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid AND relkind = 'r' WHERE attrelid = to_regclass(format('%I.%s', current_schema(), 'tag')) AND attnum > 0 AND NOT attisdropped
    UNION ALL SELECT pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = to_regclass(format('%I.%s', current_schema(), 'tag')) AND pg_get_constraintdef(oid) = ANY (want));
BEGIN
  IF have = '{}' THEN
    create table "tag" ("id" bigserial primary key, "name" varchar(255) not null);
  ELSIF NOT (have <@ want AND want <@ have) THEN
    RAISE EXCEPTION 'idempotify: table tag is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
    this.addSql(`DO $idempotify$
DECLARE
  want text := 'UNIQUE (name)';
  have text := (SELECT pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = to_regclass('tag') AND conname = 'tag_name_unique');
BEGIN
  IF have IS NULL THEN
    alter table "tag" add constraint "tag_name_unique" unique ("name");
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: constraint tag_name_unique is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);

    this.addSql(`DO $idempotify$
DECLARE
  want text[] := ARRAY['post_id uuid NOT NULL', 'tag_id bigint NOT NULL', 'CONSTRAINT post_tags_pkey PRIMARY KEY (post_id, tag_id)'];
  have text[] := ARRAY(
    SELECT concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END)
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid AND relkind = 'r' WHERE attrelid = to_regclass(format('%I.%s', current_schema(), 'post_tags')) AND attnum > 0 AND NOT attisdropped
    UNION ALL SELECT concat('CONSTRAINT ', quote_ident(conname), ' ', pg_get_constraintdef(oid)) FROM pg_constraint
    WHERE conrelid = to_regclass(format('%I.%s', current_schema(), 'post_tags')) AND conname = 'post_tags_pkey');
BEGIN
  IF have = '{}' THEN
    create table "post_tags" ("post_id" uuid not null, "tag_id" bigint not null, constraint "post_tags_pkey" primary key ("post_id", "tag_id"));
  ELSIF NOT (have <@ want AND want <@ have) THEN
    RAISE EXCEPTION 'idempotify: table post_tags is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);

    this.addSql(`DO $idempotify$
DECLARE
  want text := format('FOREIGN KEY (post_id) REFERENCES %s(id) ON UPDATE CASCADE ON DELETE CASCADE', to_regclass('post'));
  have text := (SELECT pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = to_regclass('post_tags') AND conname = 'post_tags_post_id_foreign');
BEGIN
  IF have IS NULL THEN
    alter table "post_tags" add constraint "post_tags_post_id_foreign" foreign key ("post_id") references "post" ("id") on update cascade on delete cascade;
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: constraint post_tags_post_id_foreign is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
    this.addSql(`DO $idempotify$
DECLARE
  want text := format('FOREIGN KEY (tag_id) REFERENCES %s(id) ON UPDATE CASCADE ON DELETE CASCADE', to_regclass('tag'));
  have text := (SELECT pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = to_regclass('post_tags') AND conname = 'post_tags_tag_id_foreign');
BEGIN
  IF have IS NULL THEN
    alter table "post_tags" add constraint "post_tags_tag_id_foreign" foreign key ("tag_id") references "tag" ("id") on update cascade on delete cascade;
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: constraint post_tags_tag_id_foreign is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);

    this.addSql(`DO $idempotify$ BEGIN
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('post') AND conname = 'post_author_id_foreign' AND pg_get_constraintdef(oid) = format('FOREIGN KEY (author_id) REFERENCES %s(id) ON UPDATE CASCADE ON DELETE CASCADE', to_regclass('"user"'))) THEN
    alter table "post" drop constraint IF EXISTS "post_author_id_foreign";
  END IF;
END $idempotify$;`);

    this.addSql(`alter table "user" drop constraint IF EXISTS "user_email_unique";`);

    this.addSql(`DO $idempotify$
DECLARE
  want text := 'btree (created_at, karma)';
  have text := (SELECT concat(CASE WHEN indisunique THEN 'UNIQUE ' END, split_part(pg_get_indexdef(indexrelid), ' USING ', 2)) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = to_regclass('"user"') AND relname = 'user_created_at_karma_index' AND indisvalid);
BEGIN
  IF have IS NULL THEN
    create index "user_created_at_karma_index" on "user" ("created_at", "karma");
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: index user_created_at_karma_index is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
    this.addSql(`DO $idempotify$
DECLARE
  want text := 'UNIQUE (email, state)';
  have text := (SELECT pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = to_regclass('"user"') AND conname = 'user_email_state_unique');
BEGIN
  IF have IS NULL THEN
    alter table "user" add constraint "user_email_state_unique" unique ("email", "state");
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: constraint user_email_state_unique is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
    this.addSql(`DO $idempotify$
DECLARE
  want text;
  have text := (SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = to_regclass('"user"') AND conname = 'user_karma_check');
BEGIN
  IF have IS NULL THEN
    alter table "user" add constraint user_karma_check check(karma >= 0);
  ELSE
    CREATE TEMP TABLE "user" (LIKE "user");
    alter table pg_temp."user" add constraint user_karma_check check(karma >= 0);
    want := (SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = to_regclass('pg_temp."user"') AND conname = 'user_karma_check');
    DROP TABLE pg_temp."user";
    IF have <> want THEN
      RAISE EXCEPTION 'idempotify: constraint user_karma_check on "user" is there with another definition: found %, expected %', have, want;
    END IF;
  END IF;
END $idempotify$;`);

    this.addSql(`alter table "post" alter column "author_id" type int using ("author_id"::int);`);
    this.addSql(`alter table "post" alter column "author_id" drop not null;`);
    this.addSql(`DO $idempotify$
DECLARE
  want text := format('FOREIGN KEY (author_id) REFERENCES %s(id) ON UPDATE CASCADE ON DELETE SET NULL', to_regclass('"user"'));
  have text := (SELECT pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = to_regclass('post') AND conname = 'post_author_id_foreign');
BEGIN
  IF have IS NULL THEN
    alter table "post" add constraint "post_author_id_foreign" foreign key ("author_id") references "user" ("id") on update cascade on delete set null;
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: constraint post_author_id_foreign is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
  }

  override async down(): Promise<void> {
    this.addSql(`alter table "post_tags" drop constraint "post_tags_tag_id_foreign";`);

    this.addSql(`drop table if exists "tag" cascade;`);

    this.addSql(`drop table if exists "post_tags" cascade;`);

    this.addSql(`alter table "post" drop constraint "post_author_id_foreign";`);

    this.addSql(`alter table "post" alter column "author_id" type int4 using ("author_id"::int4);`);
    this.addSql(`alter table "post" alter column "author_id" set not null;`);
    this.addSql(`alter table "post" add constraint "post_author_id_foreign" foreign key ("author_id") references "user" ("id") on update cascade on delete cascade;`);

    this.addSql(`drop index "user_created_at_karma_index";`);
    this.addSql(`alter table "user" drop constraint "user_email_state_unique";`);
    this.addSql(`alter table "user" drop constraint user_karma_check;`);

    this.addSql(`alter table "user" add constraint "user_email_unique" unique ("email");`);
  }

}
