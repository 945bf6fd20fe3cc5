"use strict"

exports.up = function(knex) {
	return knex.schema.createTable("a", t => {
		t.increments() // the key
		t.string("b")
	}).table("users", t => {
		t.string("c")
	})
}

exports.down = function(knex) {
	return knex.schema.dropTable("a")
}
