import { MigrationInterface, QueryRunner, Table, TableColumn, TableIndex } from 'typeorm';

export class MadeAndChanged1710000000024 implements MigrationInterface {
  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(new Table({ name: 'draft', columns: [{ name: 'id', type: 'int', isPrimary: true }] }));
    await queryRunner.renameTable('draft', 'note');
    await queryRunner.addColumn('note', new TableColumn({ name: 'body', type: 'text', isNullable: true }));
    await queryRunner.renameColumn('note', 'body', 'text');
    await queryRunner.addColumn('person', new TableColumn({ name: 'temporary', type: 'int', isNullable: true }));
    await queryRunner.query(`UPDATE person SET temporary = age WHERE temporary IS NULL`);
    await queryRunner.dropColumn('person', 'age');
    await queryRunner.renameColumn('person', 'temporary', 'years');
    await queryRunner.dropIndex('person', 'person_name');
    await queryRunner.createIndex('person', new TableIndex({ name: 'person_name', columnNames: ['name', 'id'] }));
  }

  public async down(): Promise<void> {}
}
