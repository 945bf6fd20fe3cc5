'use strict';

module.exports = {
  async up(queryInterface, Sequelize) {
    await queryInterface.changeColumn('users', 'email', {
      type: Sequelize.STRING(320),
      allowNull: false,
    });
    await queryInterface.changeColumn('users', 'settings', { type: Sequelize.JSONB, defaultValue: {} });
    await queryInterface.sequelize.query(`
      ALTER TABLE "users" ALTER COLUMN "login" DROP NOT NULL;
      ALTER TABLE "users" ALTER COLUMN "login" DROP DEFAULT;
      DO $idempotify$ BEGIN
        IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('users') AND pg_get_constraintdef(oid) = 'UNIQUE (login)') THEN
          ALTER TABLE "users"  ADD UNIQUE ("login");
        END IF;
      END $idempotify$;
      ALTER TABLE "users" ALTER COLUMN "login" TYPE VARCHAR(255) 
    `);
    await queryInterface.sequelize.query(`
      DO $idempotify$ BEGIN
        IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('users') AND pg_get_constraintdef(oid) = format('FOREIGN KEY ("teamId") REFERENCES %s(id) ON UPDATE CASCADE', to_regclass('teams'))) THEN
          ALTER TABLE "users"  ADD FOREIGN KEY ("teamId") REFERENCES "teams" ("id") ON UPDATE CASCADE;
        END IF;
      END $idempotify$
    `);
  },

  async down(queryInterface, Sequelize) {
    await queryInterface.changeColumn('users', 'email', { type: Sequelize.STRING, allowNull: true });
  },
};
