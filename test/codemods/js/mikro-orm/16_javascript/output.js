
'use strict';
Object.defineProperty(exports, '__esModule', { value: true });
const { Migration } = require('@mikro-orm/migrations');

class Migration20260101000016 extends Migration {

  async up() {
    this.addSql(`DO $idempotify$
DECLARE
  want text[] := ARRAY['id integer NOT NULL', 'name character varying(255) NOT NULL', 'PRIMARY KEY (id)'];
  have text[] := ARRAY(
    SELECT concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END)
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid AND relkind = 'r' WHERE attrelid = to_regclass(format('%I.%s', current_schema(), 'author')) AND attnum > 0 AND NOT attisdropped
    UNION ALL SELECT pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = to_regclass(format('%I.%s', current_schema(), 'author')) AND pg_get_constraintdef(oid) = ANY (want));
BEGIN
  IF have = '{}' THEN
    create table "author" ("id" serial primary key, "name" varchar(255) not null);
  ELSIF NOT (have <@ want AND want <@ have) THEN
    RAISE EXCEPTION 'idempotify: table author is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`); // people
    this.addSql(`DO $idempotify$
DECLARE
  want text[] := ARRAY['author_id integer'];
  have text[] := ARRAY(
    SELECT concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END)
    FROM pg_attribute WHERE attrelid = to_regclass('book') AND attname = 'author_id' AND NOT attisdropped);
BEGIN
  IF have = '{}' THEN
    alter table "book" add column IF NOT EXISTS "author_id" int null;
  ELSIF NOT have <@ want THEN
    RAISE EXCEPTION 'idempotify: table book is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
    this.addSql(`DO $idempotify$
DECLARE
  want text := format('FOREIGN KEY (author_id) REFERENCES %s(id) ON UPDATE CASCADE ON DELETE SET NULL', to_regclass('author'));
  have text := (SELECT pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = to_regclass('book') AND conname = 'book_author_id_foreign');
BEGIN
  IF have IS NULL THEN
    alter table "book" add constraint "book_author_id_foreign" foreign key ("author_id") references "author" ("id") on update cascade on delete set null;
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: constraint book_author_id_foreign is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
    this.addSql(`DO $idempotify$ BEGIN
  IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('book') AND attname = 'name' AND NOT attisdropped) THEN
    alter table "book" rename column "name" to "title";
  ELSIF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('book') AND attname = 'title' AND NOT attisdropped) THEN
    RAISE EXCEPTION 'idempotify: neither column "name" of "book" nor its new name title is there';
  END IF;
END $idempotify$;`);
    this.addSql("update \"book\" set \"title\" = 'untitled' where \"title\" is null;");
    this.addSql('alter table "book" alter column "title" set not null;');
  }

}
exports.Migration20260101000016 = Migration20260101000016;
