import type { Knex } from 'knex';

const prefix = process.env['TABLE_PREFIX'] ?? '';

export async function up(knex: Knex): Promise<void> {
  if (!(await knex.schema.hasTable(`${prefix}tokens`))) {
    await knex.schema.createTable(`${prefix}tokens`, (t) => {
      t.increments();
      t.string('value');
    });
  }
  if (!(await knex.schema.hasColumn(`${prefix}tokens`, 'expires_at'))) {
    await knex.schema.alterTable(`${prefix}tokens`, (t) => {
      t.timestamp('expires_at');
    });
  }
  await knex.schema.alterTable(`${prefix}tokens`, (t) => {
    t.index('value');
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable(`${prefix}tokens`);
}
