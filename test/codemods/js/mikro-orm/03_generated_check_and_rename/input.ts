import { Migration } from '@mikro-orm/migrations';

export class Migration20261121211907 extends Migration {

  override async up(): Promise<void> {
    this.addSql(`alter table "user" drop constraint if exists "user_state_check";`);

    this.addSql(`alter table "user" add constraint "user_state_check" check("state" in ('on', 'off', 'asleep'));`);
    this.addSql(`alter table "user" rename column "nick" to "display_name";`);
  }

  override async down(): Promise<void> {
    this.addSql(`alter table "user" drop constraint if exists "user_state_check";`);

    this.addSql(`alter table "user" add constraint "user_state_check" check("state" in ('on', 'off'));`);
    this.addSql(`alter table "user" rename column "display_name" to "nick";`);
  }

}
