'use strict';

module.exports = {
  async up(queryInterface, Sequelize) {
    await queryInterface.addColumn('users', 'score', { type: Sequelize.INTEGER, defaultValue: 0 });
    await queryInterface.bulkInsert('logs', [{ line: 'scores added', at: new Date(0) }]);
  },

  async down(queryInterface) {
    await queryInterface.removeColumn('users', 'score');
  },
};
