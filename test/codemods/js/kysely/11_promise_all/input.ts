import { Kysely } from 'kysely';

export async function up(db: Kysely<any>): Promise<void> {
  await Promise.all([
    db.schema.createTable('a').addColumn('id', 'integer').execute(),
    db.schema.alterTable('b').addUniqueConstraint('b_id', ['id']).execute(),
  ]);
  return db.schema.createTable('c').addColumn('id', 'integer').execute();
}

export async function down(): Promise<void> {}
