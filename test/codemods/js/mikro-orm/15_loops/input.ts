import { Migration } from '@mikro-orm/migrations';

const tables = ['customer', 'order'];

export class Migration20260101000015 extends Migration {
  async up(): Promise<void> {
    for (const table of tables) {
      this.addSql(`alter table "${table}" add column "deleted_at" timestamptz null;`);
    }
    tables.forEach((table) => {
      this.addSql(`create index "${table}_deleted_at_index" on "${table}" ("deleted_at");`);
    });
    this.addSql(`alter table "order" alter column "note" set default '';`);
  }

  async down(): Promise<void> {
    for (const table of tables) this.addSql(`alter table "${table}" drop column "deleted_at";`);
  }
}
