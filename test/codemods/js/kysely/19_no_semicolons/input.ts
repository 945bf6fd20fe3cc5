import { Kysely } from 'kysely'

export async function up(db: Kysely<any>) {
    await db.schema
        .createTable('äpfel')
        // die Nummer
        .addColumn('id', 'integer') /* nur eine */
        .execute()
    await db.schema.alterTable('birnen').dropColumn('alt').execute()
}

export async function down(db: Kysely<any>) {
    await db.schema.dropTable('äpfel').execute()
}
