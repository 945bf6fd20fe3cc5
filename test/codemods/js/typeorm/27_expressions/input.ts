import * as typeorm from 'typeorm';

const columns: typeorm.TableColumnOptions[] = [
  { name: 'id', type: 'uuid', isPrimary: true, isGenerated: true, generationStrategy: 'uuid' },
  { name: 'kind', type: 'varchar' },
];

export default class Expressions1710000000027 implements typeorm.MigrationInterface {
  private readonly table = 'event';

  async up(runner: typeorm.QueryRunner) {
    await runner.createTable(new typeorm.Table({ name: this.table, columns: [...columns, { name: 'at', type: 'timestamptz', isNullable: true }] }));
    if (process.env.WITH_INDEX !== 'no') await runner.createIndex(this.table, new typeorm.TableIndex({ columnNames: ['kind'] }));
    else await runner.createIndex(this.table, new typeorm.TableIndex({ columnNames: ['at'] }));
    const old = await runner.getTable('old_event');
    if (old) await runner.dropTable(old);
    return runner.addColumn(this.table, new typeorm.TableColumn({ name: `${this.table}_note`, type: 'text', isNullable: true }));
  }

  async down(runner: typeorm.QueryRunner) {
    await runner.dropTable(this.table);
  }
}
