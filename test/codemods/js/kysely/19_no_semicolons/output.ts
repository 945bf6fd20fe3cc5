import { Kysely, sql } from 'kysely'

export async function up(db: Kysely<any>) {
    await db.schema
        .createTable('äpfel').ifNotExists()
        // die Nummer
        .addColumn('id', 'integer') /* nur eine */
        .execute()
    await sql`alter table "birnen" drop column IF EXISTS "alt"`.execute(db)
}

export async function down(db: Kysely<any>) {
    await db.schema.dropTable('äpfel').execute()
}
