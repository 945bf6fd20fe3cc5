import { Kysely } from 'kysely';

export async function up(db: Kysely<any>): Promise<void> {
  await db.schema.dropView('adults').ifExists().execute();
  await db.schema.dropIndex('users_age').ifExists().execute();
  await db.schema.dropTable('users').ifExists().cascade().execute();
  await db.schema.dropSchema('old').ifExists().execute();
}

export async function down(): Promise<void> {}
