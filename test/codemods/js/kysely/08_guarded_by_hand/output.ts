import { Kysely, sql } from 'kysely';

export async function up(db: Kysely<any>): Promise<void> {
  await db.schema
    .createTable('tags')
    .ifNotExists()
    .addColumn('id', 'serial', (col) => col.primaryKey())
    .addColumn('name', 'text', (col) => col.notNull())
    .execute();
  await db.schema.createIndex('tags_name').ifNotExists().on('tags').column('name').execute();
  await db.schema.alterTable('users').addColumn('tag_id', 'integer', (col) => col.ifNotExists()).execute();
  await db.schema.dropTable('old_tags').ifExists().execute();
  await sql`DROP INDEX IF EXISTS old_tags_name`.execute(db);
}

export async function down(db: Kysely<any>): Promise<void> {
  await db.schema.dropTable('tags').execute();
}
