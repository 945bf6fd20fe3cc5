import { MigrationInterface, QueryRunner, Table, View } from 'typeorm';

export class Report1710000000020 implements MigrationInterface {
  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createSchema('report');
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
    );
    await queryRunner.createView(new View({ name: 'report.yearly', expression: 'SELECT extract(year FROM "month") AS "year", sum("total") AS "total" FROM "report"."monthly" GROUP BY 1' }));
    await queryRunner.dropSchema('old_report', false, true);
    await queryRunner.query(`CREATE FUNCTION report.months() RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM report.monthly $$`);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropSchema('report', true, true);
  }
}
