'use strict';

/** @type {import('sequelize-cli').Migration} */
module.exports = {
  async up(queryInterface, Sequelize) {
    await queryInterface.createTable('roles', {
      name: { type: Sequelize.STRING, primaryKey: true },
      label: Sequelize.STRING,
    });
    await queryInterface.bulkInsert('roles', [
      { name: 'admin', label: 'Administrator' },
      { name: 'member', label: "it's you" },
    ], { ignoreDuplicates: true });
    await queryInterface.bulkInsert('countries', [{ code: 'DE', name: 'Germany' }], { ignoreDuplicates: true });
  },

  async down(queryInterface) {
    await queryInterface.bulkDelete('countries', { code: 'DE' });
    await queryInterface.dropTable('roles');
  },
};
