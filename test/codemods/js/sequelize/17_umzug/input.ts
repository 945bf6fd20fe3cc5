import { DataTypes, type QueryInterface } from 'sequelize';
import type { MigrationFn } from 'umzug';

const table = 'projects';

export const up: MigrationFn<QueryInterface> = async ({ context: queryInterface }) => {
  await queryInterface.createTable(table, {
    id: { type: DataTypes.BIGINT, primaryKey: true, autoIncrement: true },
    name: { type: DataTypes.TEXT, allowNull: false, unique: true },
  });
  await queryInterface.addColumn('tasks', 'projectId', {
    type: DataTypes.BIGINT,
    references: { model: table, key: 'id' },
  });
  await queryInterface.addColumn(table, 'archivedAt', DataTypes.DATE);
};

export const down: MigrationFn<QueryInterface> = async ({ context: queryInterface }) => {
  await queryInterface.removeColumn('tasks', 'projectId');
  await queryInterface.dropTable(table);
};
