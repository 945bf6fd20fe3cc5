module.exports = {
  up: async (queryInterface, Sequelize) => {
    await queryInterface.removeColumn('users', 'password');
    await queryInterface.renameColumn('users', 'serviceId', 'service');
    await queryInterface.renameColumn("integrations", "serviceId", "service");
    await queryInterface.removeColumn('users', 'old_name', {});
  },
  down: async (queryInterface, Sequelize) => {
    await queryInterface.renameColumn('users', 'service', 'serviceId');
  },
};
