import { Migration } from '@mikro-orm/migrations';

export class Migration20261121211905 extends Migration {

  override async up(): Promise<void> {
    this.addSql(`DO $idempotify$
DECLARE
  want text[] := ARRAY['user', 'admin'];
  have text[] := ARRAY(SELECT enumlabel::text FROM pg_enum WHERE enumtypid = to_regtype(format('%I.%s', current_schema(), 'user_role')) ORDER BY enumsortorder);
BEGIN
  IF to_regtype(format('%I.%s', current_schema(), 'user_role')) IS NULL THEN
    create type "user_role" as enum ('user', 'admin');
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: enum user_role is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
    this.addSql(`DO $idempotify$
DECLARE
  want text[] := ARRAY['id integer NOT NULL', 'email character varying(255) NOT NULL', 'name character varying(255) NOT NULL', 'role user_role NOT NULL', 'state text NOT NULL', 'created_at timestamp with time zone NOT NULL', 'nick character varying(255)', 'balance integer NOT NULL', 'PRIMARY KEY (id)'];
  have text[] := ARRAY(
    SELECT concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END)
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid AND relkind = 'r' WHERE attrelid = to_regclass(format('%I.%s', current_schema(), '"user"')) AND attnum > 0 AND NOT attisdropped
    UNION ALL SELECT pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = to_regclass(format('%I.%s', current_schema(), '"user"')) AND pg_get_constraintdef(oid) = ANY (want));
BEGIN
  IF have = '{}' THEN
    create table "user" ("id" serial primary key, "email" varchar(255) not null, "name" varchar(255) not null, "role" "user_role" not null default 'user', "state" text check ("state" in ('on', 'off')) not null default 'on', "created_at" timestamptz not null default now(), "nick" varchar(255) null, "balance" int not null default 0);
  ELSIF NOT (have <@ want AND want <@ have) THEN
    RAISE EXCEPTION 'idempotify: table "user" is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
    this.addSql(`DO $idempotify$
DECLARE
  want text := 'UNIQUE (email)';
  have text := (SELECT pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = to_regclass('"user"') AND conname = 'user_email_unique');
BEGIN
  IF have IS NULL THEN
    alter table "user" add constraint "user_email_unique" unique ("email");
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: constraint user_email_unique is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);

    this.addSql(`DO $idempotify$
DECLARE
  want text[] := ARRAY['id uuid NOT NULL', 'title character varying(200) NOT NULL', 'body text NOT NULL', 'published boolean NOT NULL', 'author_id integer NOT NULL', 'CONSTRAINT post_pkey PRIMARY KEY (id)'];
  have text[] := ARRAY(
    SELECT concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END)
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid AND relkind = 'r' WHERE attrelid = to_regclass(format('%I.%s', current_schema(), 'post')) AND attnum > 0 AND NOT attisdropped
    UNION ALL SELECT concat('CONSTRAINT ', quote_ident(conname), ' ', pg_get_constraintdef(oid)) FROM pg_constraint
    WHERE conrelid = to_regclass(format('%I.%s', current_schema(), 'post')) AND conname = 'post_pkey');
BEGIN
  IF have = '{}' THEN
    create table "post" ("id" uuid not null default gen_random_uuid(), "title" varchar(200) not null, "body" text not null, "published" boolean not null default false, "author_id" int not null, constraint "post_pkey" primary key ("id"));
  ELSIF NOT (have <@ want AND want <@ have) THEN
    RAISE EXCEPTION 'idempotify: table post is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);

    this.addSql(`DO $idempotify$
DECLARE
  want text := format('FOREIGN KEY (author_id) REFERENCES %s(id) ON UPDATE CASCADE ON DELETE CASCADE', to_regclass('"user"'));
  have text := (SELECT pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = to_regclass('post') AND conname = 'post_author_id_foreign');
BEGIN
  IF have IS NULL THEN
    alter table "post" add constraint "post_author_id_foreign" foreign key ("author_id") references "user" ("id") on update cascade on delete cascade;
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: constraint post_author_id_foreign is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
  }

}
