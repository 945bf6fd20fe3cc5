import { type Kysely, sql } from 'kysely';

export const up = async (db: Kysely<any>): Promise<void> => {
  await db.schema.alterTable('orders').addForeignKeyConstraint('orders_user_id_fkey', ['user_id'], 'users', ['id']).onDelete('cascade').execute();
  await db.schema.alterTable('orders').addUniqueConstraint('orders_number_key', ['number']).execute();
  await db.schema.alterTable('orders').addCheckConstraint('orders_number_check', sql`number > 0`).execute();
  await db.schema.alterTable('orders').dropConstraint('orders_old_check').execute();
  await db.schema.alterTable('orders').renameConstraint('orders_price_check', 'price_is_positive').execute();
};

export const down = async (db: Kysely<any>): Promise<void> => {
  await db.schema.alterTable('orders').dropConstraint('orders_user_id_fkey').execute();
};
