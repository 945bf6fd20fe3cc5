import { Kysely, sql } from 'kysely';

export async function up(db: Kysely<any>): Promise<void> {
  await db.schema
    .createIndex('users_email_lower')
    .ifNotExists()
    .unique()
    .on('users')
    .expression(sql`lower(email)`)
    .where('deleted_at', 'is', null)
    .execute();
  await db.schema.createIndex('users_data').ifNotExists().on('users').using('gin').column('data').execute();
}

export async function down(db: Kysely<any>): Promise<void> {
  await db.schema.dropIndex('users_email_lower').execute();
}
