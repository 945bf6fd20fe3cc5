import { MigrationInterface, QueryRunner, Table, TableIndex } from 'typeorm';

export class CreateShop1710000000009 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(
      new Table({
        name: 'customer',
        columns: [
          { name: 'id', type: 'int', isPrimary: true, isGenerated: true, generationStrategy: 'increment' },
          { name: 'email', type: 'varchar', length: '255', isUnique: true },
          { name: 'balance', type: 'decimal', precision: 10, scale: 2, default: 0 },
          { name: 'created_at', type: 'timestamp', default: 'now()' },
        ],
      }),
      true,
    );

    // orders belong to a customer
    await queryRunner.createTable(
      new Table({
        name: 'orders',
        columns: [
          { name: 'id', type: 'bigint', isPrimary: true, isGenerated: true, generationStrategy: 'increment' },
          { name: 'customer_id', type: 'int' },
          { name: 'state', type: 'enum', enum: ['open', 'paid', "won't pay"], default: "'open'" },
          { name: 'tags', type: 'text', isArray: true, isNullable: true },
        ],
        foreignKeys: [
          {
            columnNames: ['customer_id'],
            referencedTableName: 'customer',
            referencedColumnNames: ['id'],
            onDelete: 'CASCADE',
          },
        ],
        checks: [{ name: 'CHK_orders_customer', expression: '"customer_id" > 0' }],
      }),
      true,
    );
    if (!(await queryRunner.getTable('orders'))?.indices.some((index) => index.name === 'IDX_92e8f95b3252cf5dba4e576917')) {
      await queryRunner.createIndex('orders', new TableIndex({ columnNames: ['customer_id', 'state'] }));
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('orders');
    await queryRunner.dropTable('customer');
  }
}
