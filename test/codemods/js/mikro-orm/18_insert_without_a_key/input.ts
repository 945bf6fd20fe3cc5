import { Migration } from '@mikro-orm/migrations';

export class Migration20260101000018 extends Migration {
  async up(): Promise<void> {
    this.addSql(`create index "log_at_index" on "log" ("at");`);
    this.addSql(`insert into "log" ("text") values ('migrated');`);
  }
}
