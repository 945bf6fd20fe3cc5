'use strict';

const tables = ['users', 'teams'];

module.exports = {
  async up(queryInterface, Sequelize) {
    for (const table of tables) {
      if (!(await queryInterface.describeTable(table)).deletedAt) {
        await queryInterface.addColumn(table, 'deletedAt', { type: Sequelize.DATE });
      }
    }
  },

  async down(queryInterface) {
    for (const table of tables) {
      await queryInterface.removeColumn(table, 'deletedAt');
    }
  },
};
