exports.up = async (pgm) => {
  pgm.sql(`DO $idempotify$
DECLARE
  want text[] := ARRAY['nick text'];
  have text[] := ARRAY(
    SELECT concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END)
    FROM pg_attribute WHERE attrelid = to_regclass('users') AND attname = 'nick' AND NOT attisdropped);
BEGIN
  IF have = '{}' THEN
    ALTER TABLE users ADD COLUMN IF NOT EXISTS nick text;
  ELSIF NOT have <@ want THEN
    RAISE EXCEPTION 'idempotify: table users is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
  pgm.sql(`
    DO $idempotify$
DECLARE
  want text[] := ARRAY['id bigint NOT NULL', 'line text', 'PRIMARY KEY (id)'];
  have text[] := ARRAY(
    SELECT concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END)
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid AND relkind = 'r' WHERE attrelid = to_regclass(format('%I.%s', current_schema(), 'logs')) AND attnum > 0 AND NOT attisdropped
    UNION ALL SELECT pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = to_regclass(format('%I.%s', current_schema(), 'logs')) AND pg_get_constraintdef(oid) = ANY (want));
BEGIN
  IF have = '{}' THEN
    CREATE TABLE logs (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, line text);
  ELSIF NOT (have <@ want AND want <@ have) THEN
    RAISE EXCEPTION 'idempotify: table logs is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;
    DO $idempotify$
DECLARE
  want text := 'btree (line)';
  have text := (SELECT concat(CASE WHEN indisunique THEN 'UNIQUE ' END, split_part(pg_get_indexdef(indexrelid), ' USING ', 2)) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = to_regclass('logs') AND relname = 'logs_line' AND indisvalid);
BEGIN
  IF have IS NULL THEN
    CREATE INDEX logs_line ON logs (line);
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: index logs_line is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;
  `);
  pgm.sql('CREATE OR REPLACE VIEW {name} AS SELECT id FROM users', { name: 'user_ids' });
  pgm.sql("UPDATE users SET nick = email WHERE nick IS NULL");
};

exports.down = async (pgm) => {
  pgm.sql('DROP TABLE logs');
};
