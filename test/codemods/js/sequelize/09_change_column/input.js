'use strict';

module.exports = {
  async up(queryInterface, Sequelize) {
    await queryInterface.changeColumn('users', 'email', {
      type: Sequelize.STRING(320),
      allowNull: false,
    });
    await queryInterface.changeColumn('users', 'settings', { type: Sequelize.JSONB, defaultValue: {} });
    await queryInterface.changeColumn('users', 'login', { type: Sequelize.STRING, unique: true });
    await queryInterface.changeColumn('users', 'teamId', {
      type: Sequelize.INTEGER,
      references: { model: 'teams', key: 'id' },
      onUpdate: 'CASCADE',
    });
  },

  async down(queryInterface, Sequelize) {
    await queryInterface.changeColumn('users', 'email', { type: Sequelize.STRING, allowNull: true });
  },
};
