import { MigrationInterface, QueryRunner, TableColumn, TableForeignKey } from "typeorm";

export class AddOwner1710000000023 implements MigrationInterface {
    async up(queryRunner: QueryRunner): Promise<void> {
        const column = new TableColumn({ name: "owner_id", type: "int", isNullable: true, isUnique: true, comment: "who pays" });
        if (!(await queryRunner.hasColumn("team", "owner_id"))) {
            await queryRunner.addColumn("team", column);
        }
        if (!(await queryRunner.getTable("team"))?.foreignKeys.some((key) => key.name === "FK_a5111ebcad0cc858f6527f1f60a")) {
            await queryRunner.createForeignKey(
                "team",
                new TableForeignKey({
                    columnNames: ["owner_id"],
                    referencedTableName: "public.user",
                    referencedColumnNames: ["id"],
                    onDelete: "RESTRICT",
                    onUpdate: "CASCADE",
                })
            );
        }
        await queryRunner.query(`UPDATE team SET owner_id = (SELECT min(id) FROM "user") WHERE owner_id IS NULL`);
    }

    async down(queryRunner: QueryRunner): Promise<void> {
        await queryRunner.dropColumn("team", "owner_id");
    }
}
