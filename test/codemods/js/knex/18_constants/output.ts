import type { Knex } from 'knex';

const TABLE = 'webhooks';
enum Column {
  Url = 'url',
  Active = 'is_active',
}

export async function up(knex: Knex): Promise<void> {
  if (!(await knex.schema.hasTable(TABLE))) {
    await knex.schema.createTable(TABLE, (t) => {
      t.uuid('id', { primaryKey: true }).defaultTo(knex.raw('gen_random_uuid()'));
      t.string(Column.Url, 1024).notNullable();
    });
  }
  if (!(await knex.schema.hasColumn(TABLE, 'is_active'))) {
    await knex.schema.alterTable(TABLE, (t) => {
      t.boolean(Column.Active).notNullable().defaultTo(true);
    });
  }
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable(TABLE);
}
