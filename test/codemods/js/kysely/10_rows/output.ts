import type { Kysely } from 'kysely';
import { sql } from 'kysely';

export async function up(db: Kysely<any>): Promise<void> {
  await db.schema
    .createTable('roles')
    .ifNotExists()
    .addColumn('id', 'serial', (col) => col.primaryKey())
    .addColumn('name', 'text', (col) => col.notNull().unique())
    .execute();
  await sql`insert into "roles" ("name") values ('admin'), ('user') ON CONFLICT (name) DO NOTHING`.execute(db);
  await db.updateTable('users').set({ role: 'admin' }).where('role', '=', 'root').execute();
  await db.deleteFrom('users').where('role', '=', 'ghost').execute();
}

export async function down(db: Kysely<any>): Promise<void> {
  await db.schema.dropTable('roles').execute();
}
