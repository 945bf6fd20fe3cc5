import type { Knex } from 'knex';

const TABLE = 'webhooks';
enum Column {
  Url = 'url',
  Active = 'is_active',
}

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable(TABLE, (t) => {
    t.uuid('id', { primaryKey: true }).defaultTo(knex.raw('gen_random_uuid()'));
    t.string(Column.Url, 1024).notNullable();
  });
  await knex.schema.alterTable(TABLE, (t) => {
    t.boolean(Column.Active).notNullable().defaultTo(true);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable(TABLE);
}
