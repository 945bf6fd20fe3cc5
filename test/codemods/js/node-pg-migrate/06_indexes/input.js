exports.shorthands = undefined;

exports.up = (pgm) => {
  pgm.createIndex('documents', ['team_id', 'slug'], { unique: true });
  pgm.addIndex('documents', 'created_at', { name: 'documents_recent', where: 'deleted_at IS NULL' });
  pgm.createIndex('documents', 'lower(title)', { name: 'documents_title', ifNotExists: true });
  pgm.dropIndex('documents', 'owner_id');
  pgm.renameIndex('documents_old_name', 'documents_new_name');
};

exports.down = (pgm) => {
  pgm.dropIndex('documents', ['team_id', 'slug'], { unique: true });
};
