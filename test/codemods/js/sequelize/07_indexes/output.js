'use strict';

const { Op } = require('sequelize');

module.exports = {
  async up(queryInterface, Sequelize) {
    await queryInterface.sequelize.query('CREATE INDEX IF NOT EXISTS "documents_url_id" ON "documents" ("urlId")');
    await queryInterface.sequelize.query('CREATE UNIQUE INDEX IF NOT EXISTS "documents_team_id_parent_document_id" ON "documents" ("teamId", "parentDocumentId")');
    await queryInterface.sequelize.query(`CREATE INDEX IF NOT EXISTS "documents_title_live" ON "documents" ("title") WHERE "deletedAt" IS NULL AND "state" IN ('draft', 'published')`);
    await queryInterface.sequelize.query('CREATE INDEX IF NOT EXISTS "documents_title_lower" ON "documents" (lower("title"))');
    await queryInterface.sequelize.query(`
      DO $idempotify$ BEGIN
        IF EXISTS (SELECT FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = to_regclass('documents') AND relname = 'documents_recent' AND NOT indisvalid) THEN
          DROP INDEX documents_recent;
        END IF;
      END $idempotify$;
    `);
    await queryInterface.sequelize.query('CREATE INDEX CONCURRENTLY IF NOT EXISTS "documents_recent" ON "documents" ("createdAt" DESC)');
    await queryInterface.removeIndex('documents', ['ownerId']);
    await queryInterface.removeIndex('documents', 'documents_legacy');
  },

  async down(queryInterface) {
    await queryInterface.removeIndex('documents', 'documents_title_live');
  },
};
