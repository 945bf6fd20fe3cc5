const { Table, TableColumn } = require("typeorm");

module.exports = class Javascript1710000000021 {
    name = 'Javascript1710000000021'

    async up(q) {
        await q.query(`CREATE TABLE "a" ("id" SERIAL NOT NULL, CONSTRAINT "PK_a" PRIMARY KEY ("id"))`) // the first
        await q.addColumn("b", new TableColumn({ name: "a_id", type: "integer", isNullable: true }))
        await q.query('ALTER TABLE "b" ADD CONSTRAINT "FK_b_a" FOREIGN KEY ("a_id") REFERENCES "a"("id")')
        await q.query("COMMENT ON TABLE \"a\" IS 'ünïcode'")
    }

    async down(q) {
        await q.query(`DROP TABLE "a"`)
    }
}
