import { Migration } from '@mikro-orm/migrations';

export class Migration20260101000017 extends Migration {
  override async up(): Promise<void> {
    this.addSql(`DO $idempotify$ BEGIN
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('invoice') AND conname = 'invoice_user_id_foreign') THEN
    alter table "invoice" drop constraint IF EXISTS "invoice_user_id_foreign";
  END IF;
END $idempotify$;`);
    this.addSql(`drop index IF EXISTS "invoice_number_index";`);
    this.addSql(`DO $idempotify$ BEGIN
  IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('invoice') AND attname = 'number' AND NOT attisdropped) THEN
    alter table "invoice" drop column IF EXISTS "number", drop column IF EXISTS "state";
  END IF;
END $idempotify$;`);
    this.addSql(`drop type IF EXISTS "invoice_state";`);
    this.addSql(`DO $idempotify$ BEGIN
  IF to_regclass('invoice') IS NOT NULL THEN
    alter table "invoice" rename to "bill";
  ELSIF to_regclass('bill') IS NULL THEN
    RAISE EXCEPTION 'idempotify: neither table "invoice" nor its new name bill is there';
  END IF;
END $idempotify$;`);
    this.addSql(`DO $idempotify$ BEGIN
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('bill') AND conname = 'invoice_pkey') THEN
    alter table "bill" rename constraint "invoice_pkey" to "bill_pkey";
  ELSIF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('bill') AND conname = 'bill_pkey') THEN
    RAISE EXCEPTION 'idempotify: neither constraint "invoice_pkey" of "bill" nor its new name bill_pkey is there';
  END IF;
END $idempotify$;`);
    this.addSql(`DO $idempotify$ BEGIN
  IF to_regclass('invoice_total_index') IS NOT NULL THEN
    alter index "invoice_total_index" rename to "bill_total_index";
  ELSIF to_regclass('bill_total_index') IS NULL THEN
    RAISE EXCEPTION 'idempotify: neither index "invoice_total_index" nor its new name bill_total_index is there';
  END IF;
END $idempotify$;`);
    this.addSql(`drop table IF EXISTS "draft" cascade;`);
    this.addSql(`DO $idempotify$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_enum WHERE enumtypid = to_regtype('colour') AND enumlabel = 'blue') THEN
    alter type "colour" rename value 'blu' to 'blue';
  END IF;
END $idempotify$;`);
  }
}
