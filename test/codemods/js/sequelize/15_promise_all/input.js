'use strict';

module.exports = {
  up(queryInterface, Sequelize) {
    return Promise.all([
      queryInterface.addColumn('users', 'city', { type: Sequelize.STRING }),
      // two letters
      queryInterface.addColumn('users', 'country', { type: Sequelize.CHAR(2) }),
      queryInterface.addIndex('teams', ['slug'], { unique: true }),
    ]);
  },

  down(queryInterface) {
    return Promise.all([queryInterface.removeColumn('users', 'city'), queryInterface.removeColumn('users', 'country')]);
  },
};
