exports.shorthands = undefined;

exports.up = (pgm) => {
  pgm.alterTable('notes', { levelSecurity: 'ENABLE' });
  pgm.createPolicy('notes', 'notes_own', { command: 'SELECT', using: 'owner = current_user' });
  pgm.dropPolicy('notes', 'notes_all');
  pgm.grantOnTables({ privileges: ['SELECT'], tables: 'notes', roles: 'PUBLIC' });
};

exports.down = (pgm) => {
  pgm.dropPolicy('notes', 'notes_own');
};
