exports.up = (pgm) => {
  pgm.noTransaction();
  pgm.sql(`
    DO $idempotify$ BEGIN
      IF EXISTS (SELECT FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = to_regclass('events') AND relname = 'events_kind_index' AND NOT indisvalid) THEN
        DROP INDEX events_kind_index;
      END IF;
    END $idempotify$;
  `);
  pgm.createIndex('events', 'kind', { concurrently: true, ifNotExists: true });
  pgm.dropIndex('events', 'at', { concurrently: true, ifExists: true });
};

exports.down = (pgm) => {
  pgm.dropIndex('events', 'kind');
};
