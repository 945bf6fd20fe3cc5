exports.up = (pgm) => {
	pgm.addColumn("users", {
		"größe": { type: "int" }, // in cm
	}, { ifNotExists: true });
	pgm.sql(`
		DO $idempotify$ BEGIN
		  IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('users') AND conname = 'users_größe') THEN
		    ALTER TABLE "users" ADD CONSTRAINT "users_größe" CHECK ("größe" > 0);
		  END IF;
		END $idempotify$;
	`);
};

exports.down = (pgm) => {
	pgm.dropColumn("users", "größe");
};
