'use strict';

module.exports = {
  async up(queryInterface, Sequelize) {
    await queryInterface.sequelize.query(`ALTER TYPE "enum_users_role" ADD VALUE IF NOT EXISTS 'guest'`);
    await queryInterface.changeColumn('users', 'role', {
      type: Sequelize.ENUM('member', 'admin', 'owner'),
      allowNull: false,
      defaultValue: 'member',
    });
    await queryInterface.dropEnum('enum_users_kind');
  },

  async down() {},
};
