import * as typeorm from 'typeorm';

const columns: typeorm.TableColumnOptions[] = [
  { name: 'id', type: 'uuid', isPrimary: true, isGenerated: true, generationStrategy: 'uuid' },
  { name: 'kind', type: 'varchar' },
];

export default class Expressions1710000000027 implements typeorm.MigrationInterface {
  private readonly table = 'event';

  async up(runner: typeorm.QueryRunner) {
    await runner.createTable(new typeorm.Table({ name: this.table, columns: [...columns, { name: 'at', type: 'timestamptz', isNullable: true }] }), true);
    if (process.env.WITH_INDEX !== 'no') { if (!(await runner.getTable(this.table))?.indices.some((index) => index.name === 'IDX_03a3c31d0e1682d5d75404ce45')) {
      await runner.createIndex(this.table, new typeorm.TableIndex({ columnNames: ['kind'] }));
    } }
    else if (!(await runner.getTable(this.table))?.indices.some((index) => index.name === 'IDX_569863f658353af4ecc774baaf')) {
      await runner.createIndex(this.table, new typeorm.TableIndex({ columnNames: ['at'] }));
    }
    const old = await runner.getTable('old_event');
    if (old) await runner.dropTable(old);
    if (!(await runner.hasColumn(this.table, `${this.table}_note`))) {
      return runner.addColumn(this.table, new typeorm.TableColumn({ name: `${this.table}_note`, type: 'text', isNullable: true }));
    }
  }

  async down(runner: typeorm.QueryRunner) {
    await runner.dropTable(this.table);
  }
}
