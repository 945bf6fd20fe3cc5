exports.shorthands = undefined;

exports.up = (pgm) => {
  pgm.createTable(
    'measurements',
    { at: { type: 'timestamptz', notNull: true }, value: 'double' },
    { partition: { strategy: 'RANGE', columns: 'at' }, ifNotExists: true },
  );
  pgm.sql(`DO $idempotify$
DECLARE
  want text := concat('r', ' ', to_regclass('measurements'));
  have text := (SELECT concat(relkind, ' ', (SELECT inhparent::regclass FROM pg_inherits WHERE inhrelid = oid)) FROM pg_class WHERE oid = to_regclass(format('%I.%s', current_schema(), 'measurements_2026')));
BEGIN
  IF have IS NULL THEN
    CREATE TABLE measurements_2026 PARTITION OF measurements FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: table measurements_2026 is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
  pgm.createTable('copies', { note: 'text' }, { like: 'samples', ifNotExists: true });
};

exports.down = (pgm) => {
  pgm.dropTable('measurements');
};
