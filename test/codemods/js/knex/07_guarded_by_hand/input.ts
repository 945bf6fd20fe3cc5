import { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  if (!(await knex.schema.hasTable('secrets'))) {
    await knex.schema.createTable('secrets', (t) => {
      t.increments();
      t.text('value').notNullable();
      t.index('value');
    });
  }

  const hasExpiry = await knex.schema.hasColumn('users', 'expiresAt');
  if (!hasExpiry) {
    await knex.schema.alterTable('users', (t) => {
      t.timestamp('expiresAt');
    });
  }

  if (await knex.schema.hasColumn('users', 'name')) {
    await knex.schema.alterTable('users', (t) => t.dropColumn('name'));
  }
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('secrets');
}
