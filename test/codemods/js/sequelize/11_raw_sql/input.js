'use strict';

module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query('CREATE EXTENSION IF NOT EXISTS "pg_trgm"');
    await queryInterface.sequelize.query(`ALTER TYPE "enum_users_role" ADD VALUE 'owner'`);
    await queryInterface.sequelize.query(
      'ALTER TABLE users ADD COLUMN "lastSeen" timestamptz; CREATE INDEX users_last_seen ON users ("lastSeen");'
    );
    await queryInterface.sequelize.query(
      "UPDATE users SET name = :name WHERE name IS NULL AND email LIKE '%?%'",
      { replacements: { name: 'nobody' } }
    );
    await queryInterface.sequelize.query(`
      CREATE FUNCTION touch() RETURNS trigger AS $$
      BEGIN
        NEW."lastSeen" = now();
        RETURN NEW;
      END;
      $$ LANGUAGE plpgsql;
    `);
  },

  async down(queryInterface) {
    await queryInterface.sequelize.query('DROP FUNCTION touch()');
  },
};
