'use strict';

module.exports = {
  up: async function (queryInterface, Sequelize) {
    await queryInterface
      .createTable('audits', { id: { type: Sequelize.INTEGER, primaryKey: true }, action: Sequelize.STRING });
    await queryInterface.sequelize.query('CREATE INDEX IF NOT EXISTS "audits_action" ON "audits" ("action")');
    if (!(await queryInterface.describeTable('users')).audited) {
      await queryInterface.addColumn('users', 'audited', Sequelize.BOOLEAN);
    }
  },

  down: function (queryInterface) {
    return queryInterface.dropTable('audits');
  },
};
