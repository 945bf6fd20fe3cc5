module.exports = {
  up: async (queryInterface, Sequelize) => {
    if ((await queryInterface.describeTable('users')).password) {
      await queryInterface.removeColumn('users', 'password');
    }
    if ((await queryInterface.describeTable('users')).serviceId) {
      await queryInterface.renameColumn('users', 'serviceId', 'service');
    }
    if ((await queryInterface.describeTable("integrations")).serviceId) {
      await queryInterface.renameColumn("integrations", "serviceId", "service");
    }
    if ((await queryInterface.describeTable('users')).old_name) {
      await queryInterface.removeColumn('users', 'old_name', {});
    }
  },
  down: async (queryInterface, Sequelize) => {
    await queryInterface.renameColumn('users', 'service', 'serviceId');
  },
};
