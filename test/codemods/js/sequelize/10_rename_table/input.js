module.exports = {
  up: async (queryInterface, Sequelize) => {
    await queryInterface.renameTable('atlases', 'collections');
    await queryInterface.addColumn('collections', 'color', { type: Sequelize.TEXT });
    await queryInterface.renameTable('notes', 'comments', {});
  },
  down: async (queryInterface, Sequelize) => {
    await queryInterface.renameTable('collections', 'atlases');
  },
};
