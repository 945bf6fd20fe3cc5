import type { ColumnDefinitions, MigrationBuilder } from 'node-pg-migrate';

export const shorthands: ColumnDefinitions | undefined = undefined;

export async function up(pgm: MigrationBuilder): Promise<void> {
  pgm.createTable('items', {
    id: { type: 'integer', primaryKey: true, sequenceGenerated: { precedence: 'BY DEFAULT', start: 100 } },
    net: { type: 'numeric', notNull: true },
    gross: { type: 'numeric', expressionGenerated: 'net * 1.19' },
    tags: { type: 'text[]', default: pgm.func("'{}'") },
  });
  pgm.alterColumn('users', 'id', { sequenceGenerated: { precedence: 'ALWAYS' } });
  pgm.alterColumn('users', 'name', { default: 'nobody', comment: 'for people' });
}

export async function down(pgm: MigrationBuilder): Promise<void> {
  pgm.dropTable('items');
}
