import { Migration } from '@mikro-orm/migrations';

export class Migration20261121211907 extends Migration {

  override async up(): Promise<void> {
    this.addSql(`DO $idempotify$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"user"') AND attname = 'display_name' AND NOT attisdropped) THEN
    alter table "user" drop constraint if exists "user_state_check";
  END IF;
END $idempotify$;`);

    this.addSql(`DO $idempotify$
DECLARE
  want text;
  have text := (SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = to_regclass('"user"') AND conname = 'user_state_check');
BEGIN
  IF have IS NULL THEN
    alter table "user" add constraint "user_state_check" check("state" in ('on', 'off', 'asleep'));
  ELSIF have IS NOT NULL
    AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"user"') AND attname = 'nick' AND NOT attisdropped) THEN
    CREATE TEMP TABLE "user" (LIKE "user");
    alter table pg_temp."user" add constraint "user_state_check" check("state" in ('on', 'off', 'asleep'));
    want := (SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = to_regclass('pg_temp."user"') AND conname = 'user_state_check');
    DROP TABLE pg_temp."user";
    IF have <> want THEN
      RAISE EXCEPTION 'idempotify: constraint user_state_check on "user" is there with another definition: found %, expected %', have, want;
    END IF;
  END IF;
END $idempotify$;`);
    this.addSql(`DO $idempotify$ BEGIN
  IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"user"') AND attname = 'nick' AND NOT attisdropped) THEN
    alter table "user" rename column "nick" to "display_name";
  ELSIF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"user"') AND attname = 'display_name' AND NOT attisdropped) THEN
    RAISE EXCEPTION 'idempotify: neither column "nick" of "user" nor its new name display_name is there';
  END IF;
END $idempotify$;`);
  }

  override async down(): Promise<void> {
    this.addSql(`alter table "user" drop constraint if exists "user_state_check";`);

    this.addSql(`alter table "user" add constraint "user_state_check" check("state" in ('on', 'off'));`);
    this.addSql(`alter table "user" rename column "display_name" to "nick";`);
  }

}
