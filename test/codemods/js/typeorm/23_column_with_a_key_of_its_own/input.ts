import { MigrationInterface, QueryRunner, TableColumn, TableForeignKey } from "typeorm";

export class AddOwner1710000000023 implements MigrationInterface {
    async up(queryRunner: QueryRunner): Promise<void> {
        const column = new TableColumn({ name: "owner_id", type: "int", isNullable: true, isUnique: true, comment: "who pays" });
        await queryRunner.addColumn("team", column);
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
        await queryRunner.query(`UPDATE team SET owner_id = (SELECT min(id) FROM "user") WHERE owner_id IS NULL`);
    }

    async down(queryRunner: QueryRunner): Promise<void> {
        await queryRunner.dropColumn("team", "owner_id");
    }
}
