const { Table, TableColumn } = require("typeorm");

module.exports = class Javascript1710000000021 {
    name = 'Javascript1710000000021'

    async up(q) {
        await q.query(`DO $idempotify$
DECLARE
  want text[] := ARRAY['id integer NOT NULL', 'CONSTRAINT "PK_a" PRIMARY KEY (id)'];
  have text[] := ARRAY(
    SELECT concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END)
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid AND relkind = 'r' WHERE attrelid = to_regclass(format('%I.%s', current_schema(), 'a')) AND attnum > 0 AND NOT attisdropped
    UNION ALL SELECT concat('CONSTRAINT ', quote_ident(conname), ' ', pg_get_constraintdef(oid)) FROM pg_constraint
    WHERE conrelid = to_regclass(format('%I.%s', current_schema(), 'a')) AND conname = 'PK_a');
BEGIN
  IF have = '{}' THEN
    CREATE TABLE "a" ("id" SERIAL NOT NULL, CONSTRAINT "PK_a" PRIMARY KEY ("id"));
  ELSIF NOT (have <@ want AND want <@ have) THEN
    RAISE EXCEPTION 'idempotify: table a is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`) // the first
        if (!(await q.hasColumn("b", "a_id"))) {
            await q.addColumn("b", new TableColumn({ name: "a_id", type: "integer", isNullable: true }))
        }
        await q.query(`DO $idempotify$
DECLARE
  want text := format('FOREIGN KEY (a_id) REFERENCES %s(id)', to_regclass('a'));
  have text := (SELECT pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = to_regclass('b') AND conname = 'FK_b_a');
BEGIN
  IF have IS NULL THEN
    ALTER TABLE "b" ADD CONSTRAINT "FK_b_a" FOREIGN KEY ("a_id") REFERENCES "a"("id");
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: constraint "FK_b_a" is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`)
        await q.query("COMMENT ON TABLE \"a\" IS 'ünïcode'")
    }

    async down(q) {
        await q.query(`DROP TABLE "a"`)
    }
}
