exports.shorthands = undefined;

exports.up = (pgm) => {
  pgm.alterTable('notes', { levelSecurity: 'ENABLE' });
  pgm.sql(`
    DO $idempotify$ BEGIN
      IF NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = to_regclass('notes') AND polname = 'notes_own') THEN
        CREATE POLICY "notes_own" ON "notes" FOR SELECT TO PUBLIC USING (owner = current_user);
      END IF;
    END $idempotify$;
  `);
  pgm.dropPolicy('notes', 'notes_all', { ifExists: true });
  pgm.grantOnTables({ privileges: ['SELECT'], tables: 'notes', roles: 'PUBLIC' });
};

exports.down = (pgm) => {
  pgm.dropPolicy('notes', 'notes_own');
};
