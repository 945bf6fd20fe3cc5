exports.up = (pgm) => {
	pgm.addColumn("users", {
		"größe": { type: "int" }, // in cm
	});
	pgm.addConstraint("users", "users_größe", { check: '"größe" > 0' });
};

exports.down = (pgm) => {
	pgm.dropColumn("users", "größe");
};
