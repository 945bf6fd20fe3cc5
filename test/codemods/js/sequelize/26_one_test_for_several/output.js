'use strict';

module.exports = {
  async up(queryInterface, Sequelize) {
    const users = await queryInterface.describeTable('users');
    if (!users.phone) {
      await queryInterface.addColumn('users', 'phone', Sequelize.STRING);
      await queryInterface.addIndex('users', ['phone']);
    }
    await queryInterface.addColumn('users', 'mobile', Sequelize.STRING);
  },

  async down(queryInterface) {
    await queryInterface.removeColumn('users', 'phone');
  },
};
