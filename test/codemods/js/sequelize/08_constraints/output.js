'use strict';

/** @type {import('sequelize-cli').Migration} */
module.exports = {
  async up(queryInterface, Sequelize) {
    await queryInterface.sequelize.query(`
      DO $idempotify$ BEGIN
        IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('memberships') AND conname = 'memberships_user_fkey') THEN
          ALTER TABLE "memberships" ADD CONSTRAINT "memberships_user_fkey" FOREIGN KEY ("userId") REFERENCES "users" ("id") ON DELETE CASCADE;
        END IF;
      END $idempotify$
    `);
    await queryInterface.sequelize.query(`
      DO $idempotify$ BEGIN
        IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('memberships') AND conname = 'memberships_userId_teamId_uk') THEN
          ALTER TABLE "memberships" ADD CONSTRAINT "memberships_userId_teamId_uk" UNIQUE ("userId", "teamId");
        END IF;
      END $idempotify$
    `);
    await queryInterface.sequelize.query(`
      DO $idempotify$ BEGIN
        IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('memberships') AND conname = 'memberships_role_ck') THEN
          ALTER TABLE "memberships" ADD CONSTRAINT "memberships_role_ck" CHECK ("role" IN ('member', 'admin'));
        END IF;
      END $idempotify$
    `);
    await queryInterface.sequelize.query('ALTER TABLE "memberships" DROP CONSTRAINT IF EXISTS "memberships_team_fkey"');
  },

  async down(queryInterface) {
    await queryInterface.removeConstraint('memberships', 'memberships_user_fkey');
  },
};
