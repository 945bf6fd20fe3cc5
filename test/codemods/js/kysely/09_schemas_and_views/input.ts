import { Kysely, sql } from 'kysely';

export async function up(db: Kysely<any>): Promise<void> {
  await db.schema.createSchema('shop').execute();
  const shop = db.withSchema('shop');
  await shop.schema
    .createTable('items')
    .addColumn('id', 'bigint', (col) => col.generatedAlwaysAsIdentity().primaryKey())
    .addColumn('price', sql`numeric(10, 2)`)
    .execute();
  await db.schema
    .createView('cheap_items')
    .as(db.selectFrom('shop.items').select(['id', 'price']).where('price', '<', 10))
    .execute();
  await db.schema.createView('dear_items').materialized().as(sql`SELECT id FROM shop.items WHERE price > 100`).execute();
}

export async function down(db: Kysely<any>): Promise<void> {
  await db.schema.dropSchema('shop').cascade().execute();
}
