'use strict';

module.exports = {
  async up(queryInterface, Sequelize) {
    const transaction = await queryInterface.sequelize.transaction();
    try {
      await queryInterface.addColumn('users', 'locale', { type: Sequelize.STRING(8) }, { transaction });
      await queryInterface.sequelize.query(`UPDATE users SET locale = 'en' WHERE locale IS NULL`, { transaction });
      await queryInterface.addConstraint('users', {
        type: 'check',
        name: 'users_locale_check',
        fields: ['locale'],
        where: Sequelize.literal('length(locale) > 1'),
        transaction,
      });
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
