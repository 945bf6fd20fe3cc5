import { type Knex } from 'knex';

export const up = async (knex: Knex) => {
  await knex.schema.alterTable('users', (table) => {
    table.string('name', 100).notNullable().defaultTo('x').alter();
    table.renameColumn('mail', 'email');
    table.setNullable('age');
  });
  await knex.schema.alterTable('users', (table) => {
    table.dropColumns('first', 'last');
  });
  await knex.schema.alterTable('users', (table) => {
    table.dropUnique(['email'], 'users_mail_unique');
    table.unique(['email'], { indexName: 'users_email_key' });
  });
  await knex.schema.renameTable('users', 'people');
};

export const down = async (knex: Knex) => {
  await knex.schema.renameTable('people', 'users');
};
