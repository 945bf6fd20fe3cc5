import { Kysely } from 'kysely';

export async function up(db: Kysely<any>): Promise<void> {
  await db.schema.dropView('adults').execute();
  await db.schema.dropIndex('users_age').execute();
  await db.schema.dropTable('users').cascade().execute();
  await db.schema.dropSchema('old').execute();
}

export async function down(): Promise<void> {}
