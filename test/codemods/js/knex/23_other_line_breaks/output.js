"use strict"

exports.up = async function(knex) {
	if (!(await knex.schema.hasTable("a"))) {
		await knex.schema.createTable("a", t => {
			t.increments() // the key
			t.string("b")
		})
	}
	if (!(await knex.schema.hasColumn("users", "c"))) {
		await knex.schema.table("users", t => {
			t.string("c")
		})
	}
}

exports.down = function(knex) {
	return knex.schema.dropTable("a")
}
