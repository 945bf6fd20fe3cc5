'use strict';

module.exports = {
  async up(queryInterface) {
    await queryInterface.createFunction('answer', [], 'integer', 'plpgsql', 'RETURN 42;');
    await queryInterface.createFunction(
      'stamp',
      [],
      'trigger',
      'plpgsql',
      'NEW.at = now(); RETURN NEW;',
      [],
      { force: true },
    );
    await queryInterface.createTrigger('events', 'events_stamp', 'before', ['insert'], 'stamp', [], ['FOR EACH ROW']);
    await queryInterface.dropTrigger('events', 'events_old');
    await queryInterface.dropFunction('old_answer', []);
    await queryInterface.renameFunction('asked', [], 'question');
  },

  async down(queryInterface) {
    await queryInterface.dropTrigger('events', 'events_stamp');
  },
};
