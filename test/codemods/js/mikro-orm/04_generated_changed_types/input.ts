import { Migration } from '@mikro-orm/migrations';

export class Migration20261121211908 extends Migration {

  override async up(): Promise<void> {
    this.addSql(`alter type "user_role" add value if not exists 'owner' after 'admin';`);

    this.addSql(`alter table "user" alter column "email" type varchar(320) using ("email"::varchar(320));`);
    this.addSql(`alter table "user" alter column "name" type varchar(255) using ("name"::varchar(255));`);
    this.addSql(`alter table "user" alter column "name" drop not null;`);
    this.addSql(`alter table "user" alter column "balance" type numeric(12,2) using ("balance"::numeric(12,2));`);

    this.addSql(`alter table "comment" alter column "text" type varchar(255) using ("text"::varchar(255));`);
  }

  override async down(): Promise<void> {
    this.addSql(`alter table "comment" alter column "text" type text using ("text"::text);`);

    this.addSql(`alter table "user" alter column "email" type varchar(255) using ("email"::varchar(255));`);
    this.addSql(`alter table "user" alter column "name" type varchar(255) using ("name"::varchar(255));`);
    this.addSql(`alter table "user" alter column "name" set not null;`);
    this.addSql(`alter table "user" alter column "balance" type int4 using ("balance"::int4);`);
  }

}
