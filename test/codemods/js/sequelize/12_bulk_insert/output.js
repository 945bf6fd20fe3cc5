'use strict';

/** @type {import('sequelize-cli').Migration} */
module.exports = {
  async up(queryInterface, Sequelize) {
    await queryInterface.createTable('roles', {
      name: { type: Sequelize.STRING, primaryKey: true },
      label: Sequelize.STRING,
    });
    await queryInterface.sequelize.query('INSERT INTO "roles" ("name","label") VALUES (\'admin\',\'Administrator\'),(\'member\',\'it\'\'s you\') ON CONFLICT (name) DO NOTHING');
    await queryInterface.sequelize.query('INSERT INTO "countries" ("code","name") VALUES (\'DE\',\'Germany\') ON CONFLICT (code) DO NOTHING');
  },

  async down(queryInterface) {
    await queryInterface.bulkDelete('countries', { code: 'DE' });
    await queryInterface.dropTable('roles');
  },
};
