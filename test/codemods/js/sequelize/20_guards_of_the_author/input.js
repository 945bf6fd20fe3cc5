'use strict';

module.exports = {
  async up(queryInterface, Sequelize) {
    const users = await queryInterface.describeTable('users');
    if (!users.phone) {
      await queryInterface.addColumn('users', 'phone', Sequelize.STRING);
    }
    if (users['fax']) await queryInterface.removeColumn('users', 'fax');
    const [indexes] = await queryInterface.sequelize.query(
      `SELECT 1 FROM pg_indexes WHERE tablename = 'users' AND indexname = 'users_phone'`
    );
    if (indexes.length === 0) {
      await queryInterface.addIndex('users', ['phone']);
    }
    await queryInterface.addColumn('users', 'mobile', Sequelize.STRING);
  },

  async down(queryInterface) {
    await queryInterface.removeColumn('users', 'phone');
  },
};
