exports.up = async (pgm) => {
  pgm.addColumn('users', { score: 'int' });
  const rows = await pgm.db.select('SELECT id FROM users');
  for (const { id } of rows) {
    pgm.sql(`INSERT INTO scores VALUES (${id}, 0)`);
  }
  pgm.sql('UPDATE counters SET n = n + 1');
};

exports.down = (pgm) => {
  pgm.dropColumn('users', 'score');
};
