'use strict';

module.exports = {
  async up(queryInterface, Sequelize) {
    if (!(await queryInterface.describeTable('users')).city) {
      await queryInterface.addColumn('users', 'city', { type: Sequelize.STRING });
    }
    // two letters
    if (!(await queryInterface.describeTable('users')).country) {
      await queryInterface.addColumn('users', 'country', { type: Sequelize.CHAR(2) });
    }
    await queryInterface.sequelize.query('CREATE UNIQUE INDEX IF NOT EXISTS "teams_slug" ON "teams" ("slug")');
  },

  down(queryInterface) {
    return Promise.all([queryInterface.removeColumn('users', 'city'), queryInterface.removeColumn('users', 'country')]);
  },
};
