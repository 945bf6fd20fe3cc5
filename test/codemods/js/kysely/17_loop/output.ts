import { Kysely } from 'kysely';

export async function up(db: Kysely<any>): Promise<void> {
  const people = await db.selectFrom('people').selectAll().execute();
  await db.schema.alterTable('people').addColumn('slug', 'text').execute();
  for (const person of people) {
    await db.updateTable('people').set({ slug: person.name.toLowerCase() }).where('id', '=', person.id).execute();
  }
}

export async function down(): Promise<void> {}
