import { Migration } from '@mikro-orm/migrations';

export class Migration20260101000013 extends Migration {
  isTransactional(): boolean {
    return false;
  }

  async up(): Promise<void> {
    this.addSql('create index concurrently "event_at_index" on "event" ("at");');
    this.addSql('alter table "event" add column "source" text null, add column "target" text null;');
    this.addSql('drop index concurrently "event_old_index";');
  }

  async down(): Promise<void> {
    this.addSql('drop index concurrently "event_at_index";');
  }
}
