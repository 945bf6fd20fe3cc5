import type { ColumnDefinitions, MigrationBuilder } from 'node-pg-migrate';

export const shorthands: ColumnDefinitions | undefined = undefined;

export async function up(pgm: MigrationBuilder): Promise<void> {
  pgm.sql(`
    DO $idempotify$ BEGIN
      IF to_regtype(format('%I.%s', current_schema(), 'mood')) IS NULL THEN
        CREATE TYPE "mood" AS ENUM ('sad', 'ok', 'it''s great');
      END IF;
    END $idempotify$;
  `);
  pgm.sql(`
    DO $idempotify$ BEGIN
      IF to_regtype(format('%I.%s', current_schema(), 'pair')) IS NULL THEN
        CREATE TYPE "pair" AS ( "a" integer, "b" text );
      END IF;
    END $idempotify$;
  `);
  pgm.addColumns('users', { mood: { type: 'mood', default: 'ok' } }, { ifNotExists: true });
  pgm.addTypeValue('plan', 'enterprise', { after: 'pro', ifNotExists: true });
  pgm.sql(`
    DO $idempotify$ BEGIN
      IF NOT EXISTS (SELECT FROM pg_enum WHERE enumtypid = to_regtype('plan') AND enumlabel = 'professional') THEN
        ALTER TYPE "plan" RENAME VALUE 'pro' TO 'professional';
      END IF;
    END $idempotify$;
  `);
  pgm.dropType('old_plan', { ifExists: true });
}

export async function down(pgm: MigrationBuilder): Promise<void> {
  pgm.dropColumns('users', ['mood']);
  pgm.dropType('pair');
  pgm.dropType('mood');
}
