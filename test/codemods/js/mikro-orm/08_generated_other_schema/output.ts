import { Migration } from '@mikro-orm/migrations';

export class Migration20261121211913 extends Migration {

  override async up(): Promise<void> {
    this.addSql(`create schema if not exists "billing";`);
    this.addSql(`DO $idempotify$
DECLARE
  want text[] := ARRAY['id integer NOT NULL', 'total numeric(12,2) NOT NULL', 'user_id integer NOT NULL', 'PRIMARY KEY (id)'];
  have text[] := ARRAY(
    SELECT concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END)
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid AND relkind = 'r' WHERE attrelid = to_regclass('billing.invoice') AND attnum > 0 AND NOT attisdropped
    UNION ALL SELECT pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = to_regclass('billing.invoice') AND pg_get_constraintdef(oid) = ANY (want));
BEGIN
  IF have = '{}' THEN
    create table "billing"."invoice" ("id" serial primary key, "total" numeric(12,2) not null, "user_id" int not null);
  ELSIF NOT (have <@ want AND want <@ have) THEN
    RAISE EXCEPTION 'idempotify: table billing.invoice is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
    this.addSql(`DO $idempotify$
DECLARE
  want text := 'UNIQUE (user_id)';
  have text := (SELECT pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = to_regclass('billing.invoice') AND conname = 'invoice_user_id_unique');
BEGIN
  IF have IS NULL THEN
    alter table "billing"."invoice" add constraint "invoice_user_id_unique" unique ("user_id");
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: constraint invoice_user_id_unique is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);

    this.addSql(`DO $idempotify$
DECLARE
  want text := format('FOREIGN KEY (user_id) REFERENCES %s(id) ON UPDATE CASCADE', to_regclass('"user"'));
  have text := (SELECT pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = to_regclass('billing.invoice') AND conname = 'invoice_user_id_foreign');
BEGIN
  IF have IS NULL THEN
    alter table "billing"."invoice" add constraint "invoice_user_id_foreign" foreign key ("user_id") references "user" ("id") on update cascade;
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: constraint invoice_user_id_foreign is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
  }

  override async down(): Promise<void> {
    this.addSql(`drop table if exists "billing"."invoice" cascade;`);

    this.addSql(`drop schema if exists "billing";`);
  }

}
