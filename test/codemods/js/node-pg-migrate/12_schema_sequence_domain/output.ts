import type { ColumnDefinitions, MigrationBuilder } from 'node-pg-migrate';

export const shorthands: ColumnDefinitions | undefined = undefined;

export async function up(pgm: MigrationBuilder): Promise<void> {
  pgm.createSchema('shop', { ifNotExists: true });
  pgm.createTable({ schema: 'shop', name: 'orders' }, { id: 'id', total: { type: 'numeric(10,2)', notNull: true } }, { ifNotExists: true });
  pgm.createIndex({ schema: 'shop', name: 'orders' }, 'total', { ifNotExists: true });
  pgm.createSequence({ schema: 'shop', name: 'order_numbers' }, { start: 1000, increment: 1, ifNotExists: true });
  pgm.sql(`
    DO $idempotify$ BEGIN
      IF to_regtype(format('%I.%s', current_schema(), 'email_address')) IS NULL THEN
        CREATE DOMAIN "email_address" AS text CHECK (VALUE LIKE '%@%');
      END IF;
    END $idempotify$;
  `);
  pgm.createExtension('pgcrypto', { ifNotExists: true });
}

export async function down(pgm: MigrationBuilder): Promise<void> {
  pgm.dropSchema('shop', { cascade: true });
}
