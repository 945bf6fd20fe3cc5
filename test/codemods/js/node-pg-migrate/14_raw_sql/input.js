exports.up = async (pgm) => {
  pgm.sql('ALTER TABLE users ADD COLUMN nick text');
  pgm.sql(`
    CREATE TABLE logs (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, line text);
    CREATE INDEX logs_line ON logs (line);
  `);
  pgm.sql('CREATE VIEW {name} AS SELECT id FROM users', { name: 'user_ids' });
  pgm.sql("UPDATE users SET nick = email WHERE nick IS NULL");
};

exports.down = async (pgm) => {
  pgm.sql('DROP TABLE logs');
};
