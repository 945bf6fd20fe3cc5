'use strict';

module.exports = {
  async up(queryInterface) {
    await queryInterface.bulkUpdate('users', { role: 'member' }, { role: null });
    await queryInterface.bulkDelete('sessions', { state: ['expired', 'revoked'] });
  },

  async down() {
    // the rows are gone
  },
};
