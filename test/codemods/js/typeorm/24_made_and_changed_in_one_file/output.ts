import { MigrationInterface, QueryRunner, Table, TableColumn, TableIndex } from 'typeorm';

export class MadeAndChanged1710000000024 implements MigrationInterface {
  public async up(queryRunner: QueryRunner): Promise<void> {
    if ((await queryRunner.query(`SELECT WHERE to_regclass(format('%I.%s', current_schema(), 'note')) IS NULL AND to_regclass(format('%I.%s', current_schema(), 'draft')) IS NULL`)).length) {
      await queryRunner.createTable(new Table({ name: 'draft', columns: [{ name: 'id', type: 'int', isPrimary: true }] }));
    }
    if (await queryRunner.hasTable('draft')) {
      await queryRunner.renameTable('draft', 'note');
    }
    if ((await queryRunner.query(`SELECT WHERE NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('note') AND attname = 'text' AND NOT attisdropped) AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('note') AND attname = 'body' AND NOT attisdropped)`)).length && !(await queryRunner.hasColumn('note', 'body'))) {
      await queryRunner.addColumn('note', new TableColumn({ name: 'body', type: 'text', isNullable: true }));
    }
    if (await queryRunner.hasColumn('note', 'body')) {
      await queryRunner.renameColumn('note', 'body', 'text');
    }
    if ((await queryRunner.query(`SELECT WHERE EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('person') AND attname = 'age' AND NOT attisdropped) AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('person') AND attname = 'temporary' AND NOT attisdropped)`)).length && !(await queryRunner.hasColumn('person', 'temporary'))) {
      await queryRunner.addColumn('person', new TableColumn({ name: 'temporary', type: 'int', isNullable: true }));
    }
    await queryRunner.query(`DO $idempotify$ BEGIN
  IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('person') AND attname = 'age' AND NOT attisdropped) THEN
    UPDATE person SET temporary = age WHERE temporary IS NULL;
  END IF;
END $idempotify$;`);
    if (await queryRunner.hasColumn('person', 'age')) {
      await queryRunner.dropColumn('person', 'age');
    }
    if (await queryRunner.hasColumn('person', 'temporary')) {
      await queryRunner.renameColumn('person', 'temporary', 'years');
    }
    if ((await queryRunner.query(`SELECT WHERE EXISTS (SELECT FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = to_regclass('person') AND relname = 'person_name' AND indisvalid) AND NOT EXISTS (SELECT FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = to_regclass('person') AND relname = 'person_name' AND indisvalid AND concat(CASE WHEN indisunique THEN 'UNIQUE ' END, split_part(pg_get_indexdef(indexrelid), ' USING ', 2)) = 'btree (name, id)')`)).length) {
      await queryRunner.dropIndex('person', 'person_name');
    }
    if (!(await queryRunner.getTable('person'))?.indices.some((index) => index.name === 'person_name')) {
      await queryRunner.createIndex('person', new TableIndex({ name: 'person_name', columnNames: ['name', 'id'] }));
    }
  }

  public async down(): Promise<void> {}
}
