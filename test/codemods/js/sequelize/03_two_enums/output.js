'use strict';

/** @type {import('sequelize-cli').Migration} */
module.exports = {
  async up(queryInterface, Sequelize) {
    await queryInterface.sequelize.query(`
      DO $$ BEGIN
        CREATE TYPE "public"."enum_tickets_priority" AS ENUM('low', 'high');
      EXCEPTION WHEN duplicate_object THEN NULL;
      END $$
    `);
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
    await queryInterface.sequelize.query('CREATE INDEX IF NOT EXISTS "tickets_status_priority" ON "tickets" ("status", "priority")');
  },

  async down(queryInterface) {
    await queryInterface.dropTable('tickets');
  },
};
