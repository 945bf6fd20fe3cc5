"use strict";

module.exports = {
	async up(queryInterface, Sequelize) {
		// größer
		await queryInterface.addColumn("users", "größe", {
			type: Sequelize.INTEGER, // in cm
		});
		await queryInterface.addConstraint("users", { type: "unique", fields: ["größe"], name: "users_größe" });
	},

	async down(queryInterface) {
		await queryInterface.removeColumn("users", "größe");
	},
};
