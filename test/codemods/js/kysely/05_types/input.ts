import type { Kysely } from 'kysely';

export async function up(db: Kysely<any>): Promise<void> {
  await db.schema.createType('species').asEnum(['cat', 'dog']).execute();
  await db.schema.alterType('mood').addValue('happy').after('ok').execute();
  await db.schema.alterType('mood').renameValue('sad', 'unhappy').execute();
  await db.schema.dropType('old_mood').execute();
}

export async function down(db: Kysely<any>): Promise<void> {
  await db.schema.dropType('species').execute();
}
