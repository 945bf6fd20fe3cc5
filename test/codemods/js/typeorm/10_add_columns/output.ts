import { MigrationInterface, QueryRunner, TableColumn } from "typeorm";

export class AddColumns1710000000010 implements MigrationInterface {

    public async up(queryRunner: QueryRunner): Promise<any> {
        if (!(await queryRunner.hasColumn("users", "phone"))) {
            await queryRunner.addColumn("users", new TableColumn({
                name: "phone",
                type: "varchar",
                length: "20",
                isNullable: true,
            }));
        }
        if (!(await queryRunner.hasColumn("users", "age"))) {
            await queryRunner.addColumn("users", new TableColumn({ name: "age", type: "int", default: 18 }));
        }
        if (!(await queryRunner.hasColumn("users", "last_name"))) {
            await queryRunner.addColumns("users", [
                new TableColumn({ name: "first_name", type: "varchar", isNullable: true }),
                new TableColumn({ name: "last_name", type: "varchar", isNullable: true, collation: "C" }),
            ]);
        }
        if (!(await queryRunner.hasColumn("users", "kind"))) {
            await queryRunner.addColumn("users", new TableColumn({
                name: "kind",
                type: "enum",
                enum: ["person", "robot"],
                enumName: "user_kind",
                default: "'person'",
            }));
        }
        await queryRunner.query("UPDATE users SET first_name = name WHERE first_name IS NULL");
    }

    public async down(queryRunner: QueryRunner): Promise<any> {
        await queryRunner.dropColumns("users", ["phone", "age", "first_name", "last_name", "kind"]);
    }
}
