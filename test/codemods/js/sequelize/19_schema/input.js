'use strict';

const orders = { tableName: 'orders', schema: 'shop' };

module.exports = {
  async up(queryInterface, Sequelize) {
    await queryInterface.createSchema('shop');
    await queryInterface.createTable(orders, {
      id: { type: Sequelize.INTEGER, primaryKey: true, autoIncrement: true },
      state: { type: Sequelize.ENUM('open', 'paid'), allowNull: false },
    });
    await queryInterface.addColumn(orders, 'note', Sequelize.TEXT);
    await queryInterface.addColumn({ tableName: 'customers', schema: 'crm' }, 'vip', {
      type: Sequelize.BOOLEAN,
      defaultValue: false,
    });
    await queryInterface.addIndex(orders, ['state']);
    await queryInterface.renameColumn({ tableName: 'customers', schema: 'crm' }, 'mail', 'email');
  },

  async down(queryInterface) {
    await queryInterface.dropTable(orders);
  },
};
