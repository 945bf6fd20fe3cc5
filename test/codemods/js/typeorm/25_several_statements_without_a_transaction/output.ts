import { MigrationInterface, QueryRunner, Table, TableColumn, TableIndex } from 'typeorm';

export class Apart1710000000025 implements MigrationInterface {
  transaction = false as const;

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(
      new Table({
        name: 'job',
        columns: [{ name: 'id', type: 'int', isPrimary: true }, { name: 'state', type: 'text' }],
        indices: [{ name: 'job_state', columnNames: ['state'] }],
      }),
    );
    await queryRunner.addColumn('queue', new TableColumn({ name: 'code', type: 'text', isNullable: true, isUnique: true }));
    await queryRunner.createIndex('queue', new TableIndex({ name: 'queue_name', columnNames: ['name'], isConcurrent: true }));
    if (!(await queryRunner.hasColumn('queue', 'note'))) {
      await queryRunner.addColumn('queue', new TableColumn({ name: 'note', type: 'text', isNullable: true }));
    }
  }

  public async down(): Promise<void> {}
}
