import type { ColumnDefinitions, MigrationBuilder } from 'node-pg-migrate';

export const shorthands: ColumnDefinitions | undefined = undefined;

export async function up(pgm: MigrationBuilder): Promise<void> {
  pgm.sql(`
    DO $idempotify$ BEGIN
      IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('memberships') AND conname = 'memberships_user_fkey') THEN
        ALTER TABLE "memberships" ADD CONSTRAINT "memberships_user_fkey" FOREIGN KEY ("user_id") REFERENCES users(id) ON DELETE CASCADE;
      END IF;
    END $idempotify$;
  `);
  pgm.sql(`
    DO $idempotify$ BEGIN
      IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('memberships') AND conname = 'memberships_once') THEN
        ALTER TABLE "memberships" ADD CONSTRAINT "memberships_once" UNIQUE ("user_id", "team_id");
      END IF;
    END $idempotify$;
  `);
  pgm.sql(`
    DO $idempotify$ BEGIN
      IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('memberships') AND conname = 'memberships_role') THEN
        ALTER TABLE "memberships" ADD CONSTRAINT "memberships_role" CHECK (role IN ('member', 'admin'));
      END IF;
    END $idempotify$;
  `);
  pgm.dropConstraint('memberships', 'memberships_old', { ifExists: true });
}

export async function down(pgm: MigrationBuilder): Promise<void> {
  pgm.dropConstraint('memberships', 'memberships_role');
}
