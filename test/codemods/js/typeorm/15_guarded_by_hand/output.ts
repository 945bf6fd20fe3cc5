import { MigrationInterface, QueryRunner, Table, TableColumn } from 'typeorm';

export class GuardedByHand1710000000015 implements MigrationInterface {
  public async up(queryRunner: QueryRunner): Promise<void> {
    const hasTable = await queryRunner.hasTable('session');
    if (!hasTable) {
      await queryRunner.createTable(
        new Table({
          name: 'session',
          columns: [{ name: 'id', type: 'varchar', isPrimary: true }],
        }),
      );
    }
    if (!(await queryRunner.hasColumn('session', 'expires'))) {
      await queryRunner.addColumn('session', new TableColumn({ name: 'expires', type: 'timestamptz', isNullable: true }));
    }
    await queryRunner.createTable(new Table({ name: 'token', columns: [{ name: 'id', type: 'uuid', isPrimary: true }] }), true);
    await queryRunner.query('CREATE INDEX IF NOT EXISTS session_expires ON session (expires)');
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('token', true);
    await queryRunner.dropTable('session', true);
  }
}
