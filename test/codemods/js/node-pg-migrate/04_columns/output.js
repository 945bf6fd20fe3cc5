exports.shorthands = undefined;

exports.up = (pgm) => {
  pgm.addColumns('users', {
    lead: { type: 'text', notNull: true, default: '' },
    team_id: { type: 'integer', references: 'teams', onDelete: 'SET NULL' },
  }, { ifNotExists: true });
  pgm.addColumn('users', { city: 'text' }, { ifNotExists: true });
  pgm.dropColumns('users', ['legacy_a', 'legacy_b'], { ifExists: true });
  pgm.dropColumn('users', 'legacy_c', { cascade: true, ifExists: true });
  pgm.sql(`
    DO $idempotify$ BEGIN
      IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('users') AND attname = 'email' AND NOT attisdropped AND format_type(atttypid, atttypmod) = 'character varying(320)') THEN
        ALTER TABLE "users" ALTER "email" SET DATA TYPE varchar(320) USING lower(email), ALTER "email" SET NOT NULL;
      END IF;
    END $idempotify$;
  `);
};

exports.down = (pgm) => {
  pgm.dropColumns('users', ['lead', 'team_id', 'city']);
};
