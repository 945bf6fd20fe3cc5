'use strict';

module.exports = {
  async up(queryInterface) {
    await queryInterface.createFunction('answer', [], 'integer', 'plpgsql', 'RETURN 42;', undefined, { force: true });
    await queryInterface.createFunction(
      'stamp',
      [],
      'trigger',
      'plpgsql',
      'NEW.at = now(); RETURN NEW;',
      [],
      { force: true },
    );
    await queryInterface.sequelize.query('CREATE OR REPLACE TRIGGER "events_stamp" BEFORE INSERT ON "events" FOR EACH ROW EXECUTE PROCEDURE stamp()');
    await queryInterface.sequelize.query('DROP TRIGGER IF EXISTS "events_old" ON "events" RESTRICT');
    await queryInterface.sequelize.query('DROP FUNCTION IF EXISTS old_answer() RESTRICT');
    await queryInterface.sequelize.query(`
      DO $idempotify$ BEGIN
        IF to_regprocedure('asked()') IS NOT NULL THEN
          ALTER FUNCTION asked() RENAME TO question;
        ELSIF to_regprocedure('question()') IS NULL THEN
          RAISE EXCEPTION 'idempotify: neither function "asked()" nor its new name "question()" is there';
        END IF;
      END $idempotify$
    `);
  },

  async down(queryInterface) {
    await queryInterface.dropTrigger('events', 'events_stamp');
  },
};
