exports.shorthands = undefined;

exports.up = (pgm) => {
  pgm.createTable('roles', { name: { type: 'text', primaryKey: true }, label: 'text' }, { ifNotExists: true });
  pgm.sql("INSERT INTO roles (name, label) VALUES ('admin', 'Administrator'), ('member', 'Member') ON CONFLICT (name) DO NOTHING");
  pgm.addColumn('users', { role: { type: 'text', references: 'roles(name)', default: 'member' } }, { ifNotExists: true });
};

exports.down = (pgm) => {
  pgm.dropColumn('users', 'role');
  pgm.dropTable('roles');
};
