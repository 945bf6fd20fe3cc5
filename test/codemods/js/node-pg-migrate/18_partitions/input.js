exports.shorthands = undefined;

exports.up = (pgm) => {
  pgm.createTable(
    'measurements',
    { at: { type: 'timestamptz', notNull: true }, value: 'double' },
    { partition: { strategy: 'RANGE', columns: 'at' } },
  );
  pgm.sql(`CREATE TABLE measurements_2026 PARTITION OF measurements FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')`);
  pgm.createTable('copies', { note: 'text' }, { like: 'samples' });
};

exports.down = (pgm) => {
  pgm.dropTable('measurements');
};
