import { Migration } from '@mikro-orm/migrations';

export class Migration20260101000011 extends Migration {
  async up(): Promise<void> {
    await this.execute('insert into "setting" ("key", "value") values (?, ?)', ['theme', 'dark']);
    await this.execute('update "setting" set "value" = ? where "value" is null', ['none']);
    await this.execute(`alter table "setting" add column "note" text`);
  }
}
