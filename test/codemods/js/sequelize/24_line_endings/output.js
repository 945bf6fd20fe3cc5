"use strict";

module.exports = {
	async up(queryInterface, Sequelize) {
		// größer
		if (!(await queryInterface.describeTable("users"))["größe"]) {
			await queryInterface.addColumn("users", "größe", {
				type: Sequelize.INTEGER, // in cm
			});
		}
		await queryInterface.sequelize.query(`
			DO $idempotify$ BEGIN
			  IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('public.users') AND conname = 'users_größe') THEN
			    ALTER TABLE "users" ADD CONSTRAINT "users_größe" UNIQUE ("größe");
			  END IF;
			END $idempotify$
		`);
	},

	async down(queryInterface) {
		await queryInterface.removeColumn("users", "größe");
	},
};
