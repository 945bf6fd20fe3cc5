exports.shorthands = undefined;

exports.up = (pgm) => {
  pgm.createView('active_users', {}, 'SELECT id, email FROM users WHERE active');
  pgm.createView({ schema: 'report', name: 'emails' }, { columns: ['address'] }, 'SELECT email FROM users');
  pgm.createMaterializedView('user_count', { data: true }, 'SELECT count(*) AS n FROM users');
  pgm.refreshMaterializedView('user_count');
  pgm.dropView('old_users');
};

exports.down = (pgm) => {
  pgm.dropView('active_users');
};
