'use strict';

module.exports = {
  up: async (queryInterface, Sequelize) => {
    await queryInterface.addColumn('users', 'isViewer', {
      type: Sequelize.BOOLEAN,
      defaultValue: false,
      allowNull: false,
    });
    await queryInterface.addColumn('users', 'team-id', {
      type: Sequelize.INTEGER,
      references: { model: 'teams', key: 'id' },
      onDelete: 'SET NULL',
    });
    // what people call themselves
    await queryInterface.addColumn('users', 'nick', { type: Sequelize.STRING(64), comment: "the user's own choice" });
    await queryInterface.addColumn('users', 'role', {
      type: Sequelize.ENUM('member', 'admin'),
      defaultValue: 'member',
    });
  },

  down: async (queryInterface) => {
    await queryInterface.removeColumn('users', 'role');
    await queryInterface.removeColumn('users', 'nick');
    await queryInterface.removeColumn('users', 'team-id');
    await queryInterface.removeColumn('users', 'isViewer');
  },
};
