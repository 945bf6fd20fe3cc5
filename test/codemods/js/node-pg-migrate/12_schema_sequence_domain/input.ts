import type { ColumnDefinitions, MigrationBuilder } from 'node-pg-migrate';

export const shorthands: ColumnDefinitions | undefined = undefined;

export async function up(pgm: MigrationBuilder): Promise<void> {
  pgm.createSchema('shop');
  pgm.createTable({ schema: 'shop', name: 'orders' }, { id: 'id', total: { type: 'numeric(10,2)', notNull: true } });
  pgm.createIndex({ schema: 'shop', name: 'orders' }, 'total');
  pgm.createSequence({ schema: 'shop', name: 'order_numbers' }, { start: 1000, increment: 1 });
  pgm.createDomain('email_address', 'text', { check: "VALUE LIKE '%@%'" });
  pgm.createExtension('pgcrypto');
}

export async function down(pgm: MigrationBuilder): Promise<void> {
  pgm.dropSchema('shop', { cascade: true });
}
