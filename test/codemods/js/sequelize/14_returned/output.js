'use strict';

module.exports = {
  up: async (queryInterface, Sequelize) => {
    if (!(await queryInterface.describeTable('users')).avatar) {
      await queryInterface.addColumn('users', 'avatar', Sequelize.STRING);
    }
  },

  down: (queryInterface) => queryInterface.removeColumn('users', 'avatar'),
};
