import { Kysely } from 'kysely';

export async function up(db: Kysely<any>): Promise<void> {
  await db.schema
    .alterTable('users')
    .alterColumn('name', (col) => col.setDataType('varchar(100)'))
    .alterColumn('name', (col) => col.setNotNull())
    .alterColumn('age', (col) => col.setDefault(0))
    .execute();
  await db.schema.alterTable('users').renameColumn('mail', 'email').execute();
  await db.schema.alterTable('users').renameTo('people').execute();
}

export async function down(db: Kysely<any>): Promise<void> {
  await db.schema.alterTable('people').renameTo('users').execute();
}
