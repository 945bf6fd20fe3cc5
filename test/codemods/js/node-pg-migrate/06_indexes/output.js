exports.shorthands = undefined;

exports.up = (pgm) => {
  pgm.createIndex('documents', ['team_id', 'slug'], { unique: true, ifNotExists: true });
  pgm.addIndex('documents', 'created_at', { name: 'documents_recent', where: 'deleted_at IS NULL', ifNotExists: true });
  pgm.createIndex('documents', 'lower(title)', { name: 'documents_title', ifNotExists: true });
  pgm.dropIndex('documents', 'owner_id', { ifExists: true });
  pgm.sql(`
    DO $idempotify$ BEGIN
      IF to_regclass('documents_old_name') IS NOT NULL THEN
        ALTER INDEX "documents_old_name" RENAME TO "documents_new_name";
      ELSIF to_regclass('documents_new_name') IS NULL THEN
        RAISE EXCEPTION 'idempotify: neither index "documents_old_name" nor its new name documents_new_name is there';
      END IF;
    END $idempotify$;
  `);
};

exports.down = (pgm) => {
  pgm.dropIndex('documents', ['team_id', 'slug'], { unique: true });
};
