'use strict';

/** @type {import('sequelize-cli').Migration} */
module.exports = {
  async up(queryInterface, Sequelize) {
    await queryInterface.createTable('tickets', {
      id: { type: Sequelize.UUID, primaryKey: true, defaultValue: Sequelize.UUIDV4 },
      status: {
        type: Sequelize.ENUM('open', 'closed', "won't fix"),
        allowNull: false,
        defaultValue: 'open',
      },
      priority: Sequelize.ENUM('low', 'high'),
      kinds: Sequelize.ARRAY(Sequelize.STRING),
    });
    await queryInterface.addIndex('tickets', ['status', 'priority']);
  },

  async down(queryInterface) {
    await queryInterface.dropTable('tickets');
  },
};
