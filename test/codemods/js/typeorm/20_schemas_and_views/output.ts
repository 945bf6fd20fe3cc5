import { MigrationInterface, QueryRunner, Table, View } from 'typeorm';

export class Report1710000000020 implements MigrationInterface {
  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createSchema('report', true);
    await queryRunner.createTable(
      new Table({
        schema: 'report',
        name: 'monthly',
        columns: [
          { name: 'month', type: 'date', isPrimary: true },
          { name: 'total', type: 'int', comment: "euros, it's net" },
        ],
        indices: [{ name: 'monthly_total', columnNames: ['total'] }],
        uniques: [{ columnNames: ['month', 'total'] }],
      }),
      true,
    );
    await queryRunner.query(`DO $idempotify$
DECLARE
  definition text := $idempotify_sql$ AS SELECT extract(year FROM "month") AS "year", sum("total") AS "total" FROM "report"."monthly" GROUP BY 1$idempotify_sql$;
  want text;
  have text := (SELECT pg_get_viewdef(oid) FROM pg_class WHERE oid = to_regclass('report.yearly') AND relkind = 'v');
BEGIN
  IF have IS NULL THEN
    EXECUTE 'CREATE VIEW "report"."yearly"' || definition;
  ELSE
    EXECUTE 'CREATE TEMP VIEW idempotify_twin' || definition;
    want := pg_get_viewdef(to_regclass('pg_temp.idempotify_twin'));
    DROP VIEW pg_temp.idempotify_twin;
    IF have <> want THEN
      RAISE EXCEPTION 'idempotify: view report.yearly is there with another definition: found %, expected %', have, want;
    END IF;
  END IF;
END $idempotify$`);
    await queryRunner.dropSchema('old_report', true, true);
    await queryRunner.query(`DO $idempotify$
DECLARE
  want text := 'bigint 77fc4f1088a360188cb982c5d01b0c82';
  have text := (SELECT concat_ws(' ', CASE WHEN proretset THEN 'SETOF' END, format_type(prorettype, NULL), proargnames, md5(prosrc)) FROM pg_proc WHERE oid = to_regprocedure('report.months()'));
BEGIN
  IF have IS NULL THEN
    CREATE FUNCTION report.months() RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM report.monthly $$;
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: function months() is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropSchema('report', true, true);
  }
}
