module.exports = {
  up: async (queryInterface, Sequelize) => {
    if (await queryInterface.tableExists('atlases')) {
      await queryInterface.renameTable('atlases', 'collections');
    }
    if (!(await queryInterface.describeTable('collections')).color) {
      await queryInterface.addColumn('collections', 'color', { type: Sequelize.TEXT });
    }
    if (await queryInterface.tableExists('notes')) {
      await queryInterface.renameTable('notes', 'comments', {});
    }
  },
  down: async (queryInterface, Sequelize) => {
    await queryInterface.renameTable('collections', 'atlases');
  },
};
