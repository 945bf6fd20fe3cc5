import { Kysely, sql } from 'kysely';

export async function up(db: Kysely<any>): Promise<void> {
  await db.schema.alterTable('users').addColumn('full_name', 'text').execute();
  await db.updateTable('users').set({ full_name: sql`first || ' ' || last` }).execute();
  await db.schema.alterTable('users').dropColumn('first').dropColumn('last').execute();
}

export async function down(): Promise<void> {}
