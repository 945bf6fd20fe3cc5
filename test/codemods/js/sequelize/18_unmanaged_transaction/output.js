'use strict';

module.exports = {
  async up(queryInterface, Sequelize) {
    const transaction = await queryInterface.sequelize.transaction();
    try {
      if (!(await queryInterface.describeTable('users', { transaction })).locale) {
        await queryInterface.addColumn('users', 'locale', { type: Sequelize.STRING(8) }, { transaction });
      }
      await queryInterface.sequelize.query(`UPDATE users SET locale = 'en' WHERE locale IS NULL`, { transaction });
      await queryInterface.sequelize.query(`
        DO $idempotify$ BEGIN
          IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('public.users') AND conname = 'users_locale_check') THEN
            ALTER TABLE "users" ADD CONSTRAINT "users_locale_check" CHECK (length(locale) > 1);
          END IF;
        END $idempotify$
      `, { transaction });
      await transaction.commit();
    } catch (error) {
      await transaction.rollback();
      throw error;
    }
  },

  async down(queryInterface) {
    await queryInterface.removeColumn('users', 'locale');
  },
};
