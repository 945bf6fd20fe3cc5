exports.shorthands = undefined;

exports.up = (pgm) => {
  pgm.sql(`
    DO $idempotify$ BEGIN
      IF to_regclass('staff') IS NOT NULL THEN
        ALTER TABLE "staff" RENAME TO "employees";
      ELSIF to_regclass('employees') IS NULL THEN
        RAISE EXCEPTION 'idempotify: neither table "staff" nor its new name employees is there';
      END IF;
    END $idempotify$;
  `);
  pgm.sql(`
    DO $idempotify$ BEGIN
      IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('employees') AND attname = 'surname' AND NOT attisdropped) THEN
        ALTER TABLE "employees" RENAME "surname" TO "last_name";
      ELSIF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('employees') AND attname = 'last_name' AND NOT attisdropped) THEN
        RAISE EXCEPTION 'idempotify: neither column "surname" of "employees" nor its new name last_name is there';
      END IF;
    END $idempotify$;
  `);
  pgm.sql(`
    DO $idempotify$ BEGIN
      IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('teams') AND conname = 'teams_a') THEN
        ALTER TABLE "teams" RENAME CONSTRAINT "teams_a" TO "teams_b";
      ELSIF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('teams') AND conname = 'teams_b') THEN
        RAISE EXCEPTION 'idempotify: neither constraint "teams_a" of "teams" nor its new name teams_b is there';
      END IF;
    END $idempotify$;
  `);
  pgm.sql(`
    DO $idempotify$ BEGIN
      IF to_regclass('counter') IS NOT NULL THEN
        ALTER SEQUENCE "counter" RENAME TO "ticket_numbers";
      ELSIF to_regclass('ticket_numbers') IS NULL THEN
        RAISE EXCEPTION 'idempotify: neither sequence "counter" nor its new name ticket_numbers is there';
      END IF;
    END $idempotify$;
  `);
  pgm.sql(`
    DO $idempotify$ BEGIN
      IF to_regtype('state') IS NOT NULL THEN
        ALTER TYPE "state" RENAME TO "status";
      ELSIF to_regtype('status') IS NULL THEN
        RAISE EXCEPTION 'idempotify: neither type "state" nor its new name status is there';
      END IF;
    END $idempotify$;
  `);
};

exports.down = (pgm) => {
  pgm.renameTable('employees', 'staff');
};
