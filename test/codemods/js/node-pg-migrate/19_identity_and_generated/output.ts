import type { ColumnDefinitions, MigrationBuilder } from 'node-pg-migrate';

export const shorthands: ColumnDefinitions | undefined = undefined;

export async function up(pgm: MigrationBuilder): Promise<void> {
  pgm.createTable('items', {
    id: { type: 'integer', primaryKey: true, sequenceGenerated: { precedence: 'BY DEFAULT', start: 100 } },
    net: { type: 'numeric', notNull: true },
    gross: { type: 'numeric', expressionGenerated: 'net * 1.19' },
    tags: { type: 'text[]', default: pgm.func("'{}'") },
  }, { ifNotExists: true });
  pgm.sql(`
    DO $idempotify$ BEGIN
      IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('users') AND attname = 'id' AND NOT attisdropped AND attidentity <> '') THEN
        ALTER TABLE "users" ALTER "id" ADD GENERATED ALWAYS AS IDENTITY;
      END IF;
    END $idempotify$;
  `);
  pgm.alterColumn('users', 'name', { default: 'nobody', comment: 'for people' });
}

export async function down(pgm: MigrationBuilder): Promise<void> {
  pgm.dropTable('items');
}
