'use strict';

/** @type {import('sequelize-cli').Migration} */
module.exports = {
  async up(queryInterface, Sequelize) {
    await queryInterface.addConstraint('memberships', {
      fields: ['userId'],
      type: 'foreign key',
      name: 'memberships_user_fkey',
      references: { table: 'users', field: 'id' },
      onDelete: 'cascade',
    });
    await queryInterface.addConstraint('memberships', { fields: ['userId', 'teamId'], type: 'unique' });
    await queryInterface.addConstraint('memberships', {
      fields: ['role'],
      type: 'check',
      where: { role: ['member', 'admin'] },
    });
    await queryInterface.removeConstraint('memberships', 'memberships_team_fkey');
  },

  async down(queryInterface) {
    await queryInterface.removeConstraint('memberships', 'memberships_user_fkey');
  },
};
