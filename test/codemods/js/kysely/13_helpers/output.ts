import { type CreateTableBuilder, type Kysely, sql } from 'kysely';

const TABLE = 'articles';

function withTimestamps(builder: CreateTableBuilder<any, any>) {
  return builder
    .addColumn('created_at', 'timestamptz', (col) => col.notNull().defaultTo(sql`'2020-01-01'`))
    .addColumn('updated_at', 'timestamptz');
}

export async function up(db: Kysely<any>): Promise<void> {
  await db.schema
    .createTable(TABLE)
    .ifNotExists()
    .addColumn('id', 'uuid', (col) => col.primaryKey().defaultTo(sql`gen_random_uuid()`))
    .addColumn('title', 'text', (col) => col.notNull())
    .$call(withTimestamps)
    .addUniqueConstraint(`${TABLE}_title`, ['title'])
    .execute();
}

export async function down(db: Kysely<any>): Promise<void> {
  await db.schema.dropTable(TABLE).execute();
}
