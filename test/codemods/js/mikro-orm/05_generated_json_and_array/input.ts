import { Migration } from '@mikro-orm/migrations';

export class Migration20261121211909 extends Migration {

  override async up(): Promise<void> {
    this.addSql(`alter table "user" add column "settings" jsonb not null default '{}', add column "tags" text[] null;`);
  }

  override async down(): Promise<void> {
    this.addSql(`alter table "user" drop column "settings", drop column "tags";`);
  }

}
