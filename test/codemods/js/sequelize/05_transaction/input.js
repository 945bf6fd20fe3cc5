"use strict";

module.exports = {
  up: async (queryInterface, Sequelize) => {
    await queryInterface.sequelize.transaction(async (transaction) => {
      await queryInterface.createTable(
        "webhook_deliveries",
        {
          id: {
            type: Sequelize.UUID,
            allowNull: false,
            primaryKey: true,
          },
          webhookSubscriptionId: {
            type: Sequelize.UUID,
            allowNull: false,
            onDelete: "cascade",
            references: {
              model: "webhook_subscriptions",
            },
          },
          status: {
            type: Sequelize.ENUM("pending", "done"),
            allowNull: false,
          },
          channel: Sequelize.ENUM("http", "mail"),
          responseBody: {
            type: Sequelize.TEXT,
            allowNull: true,
          },
          createdAt: {
            type: Sequelize.DATE,
            allowNull: false,
          },
        },
        { transaction }
      );
      await queryInterface.addIndex(
        "webhook_deliveries",
        ["webhookSubscriptionId"],
        {
          name: "webhook_deliveries_webhook_subscription_id",
          transaction,
        }
      );
      await queryInterface.addIndex("webhook_deliveries", ["createdAt"], {
        transaction,
      });
      await queryInterface.addColumn(
        "webhook_subscriptions",
        "secret",
        {
          type: Sequelize.BLOB,
          allowNull: true,
        },
        { transaction }
      );
    });
  },
  down: async (queryInterface) => {
    await queryInterface.dropTable("webhook_deliveries");
  },
};
