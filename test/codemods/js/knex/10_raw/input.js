exports.up = async (knex) => {
  await knex.raw('CREATE EXTENSION IF NOT EXISTS "pgcrypto"');
  await knex.schema.raw("CREATE TYPE mood AS ENUM ('sad', 'ok')");
  await knex.raw('ALTER TABLE ?? ADD COLUMN ?? mood NOT NULL DEFAULT \'ok\'', ['users', 'mood']);
  await knex.raw("CREATE INDEX users_with_key ON users ((data \\? 'key'))");
  await knex.raw("UPDATE users SET name = :name WHERE name IS NULL", { name: "it's" });
};

exports.down = async (knex) => {
  await knex.raw('ALTER TABLE users DROP COLUMN mood');
  await knex.raw('DROP TYPE mood');
};
