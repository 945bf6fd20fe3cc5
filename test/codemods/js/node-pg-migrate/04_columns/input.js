exports.shorthands = undefined;

exports.up = (pgm) => {
  pgm.addColumns('users', {
    lead: { type: 'text', notNull: true, default: '' },
    team_id: { type: 'integer', references: 'teams', onDelete: 'SET NULL' },
  });
  pgm.addColumn('users', { city: 'text' }, {});
  pgm.dropColumns('users', ['legacy_a', 'legacy_b']);
  pgm.dropColumn('users', 'legacy_c', { cascade: true });
  pgm.alterColumn('users', 'email', { type: 'varchar(320)', notNull: true, using: 'lower(email)' });
};

exports.down = (pgm) => {
  pgm.dropColumns('users', ['lead', 'team_id', 'city']);
};
