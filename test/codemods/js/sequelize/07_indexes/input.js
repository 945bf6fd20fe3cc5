'use strict';

const { Op } = require('sequelize');

module.exports = {
  async up(queryInterface, Sequelize) {
    await queryInterface.addIndex('documents', ['urlId']);
    await queryInterface.addIndex('documents', ['teamId', 'parentDocumentId'], { unique: true });
    await queryInterface.addIndex('documents', {
      fields: ['title'],
      name: 'documents_title_live',
      where: { deletedAt: null, state: { [Op.in]: ['draft', 'published'] } },
    });
    await queryInterface.addIndex('documents', [Sequelize.fn('lower', Sequelize.col('title'))], {
      name: 'documents_title_lower',
    });
    await queryInterface.addIndex('documents', [{ name: 'createdAt', order: 'DESC' }], {
      name: 'documents_recent',
      concurrently: true,
    });
    await queryInterface.removeIndex('documents', ['ownerId']);
    await queryInterface.removeIndex('documents', 'documents_legacy');
  },

  async down(queryInterface) {
    await queryInterface.removeIndex('documents', 'documents_title_live');
  },
};
