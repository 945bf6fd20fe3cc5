'use strict';

module.exports = {
  up: function (queryInterface, Sequelize) {
    return queryInterface
      .createTable('audits', { id: { type: Sequelize.INTEGER, primaryKey: true }, action: Sequelize.STRING })
      .then(() => queryInterface.addIndex('audits', ['action']))
      .then(() => queryInterface.addColumn('users', 'audited', Sequelize.BOOLEAN));
  },

  down: function (queryInterface) {
    return queryInterface.dropTable('audits');
  },
};
