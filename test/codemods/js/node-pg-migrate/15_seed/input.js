exports.shorthands = undefined;

exports.up = (pgm) => {
  pgm.createTable('roles', { name: { type: 'text', primaryKey: true }, label: 'text' });
  pgm.sql("INSERT INTO roles (name, label) VALUES ('admin', 'Administrator'), ('member', 'Member')");
  pgm.addColumn('users', { role: { type: 'text', references: 'roles(name)', default: 'member' } });
};

exports.down = (pgm) => {
  pgm.dropColumn('users', 'role');
  pgm.dropTable('roles');
};
