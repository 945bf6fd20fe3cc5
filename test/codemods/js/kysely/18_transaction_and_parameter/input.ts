import { sql, type Kysely } from 'kysely';

export async function up(database: Kysely<any>): Promise<void> {
  await sql`CREATE TABLE parts (id serial PRIMARY KEY, name text UNIQUE)`.execute(database);
  await sql`INSERT INTO parts (name) VALUES (${'bolt'}), (${'nut'})`.execute(database);
  await database.schema.createIndex('parts_by_name').on('parts').columns(['name', 'id desc']).execute();
}

export async function down(database: Kysely<any>): Promise<void> {
  await sql`DROP TABLE parts`.execute(database);
}
