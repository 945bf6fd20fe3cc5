import { Migration } from '@mikro-orm/migrations';

export class Migration20261121211913 extends Migration {

  override async up(): Promise<void> {
    this.addSql(`create schema if not exists "billing";`);
    this.addSql(`create table "billing"."invoice" ("id" serial primary key, "total" numeric(12,2) not null, "user_id" int not null);`);
    this.addSql(`alter table "billing"."invoice" add constraint "invoice_user_id_unique" unique ("user_id");`);

    this.addSql(`alter table "billing"."invoice" add constraint "invoice_user_id_foreign" foreign key ("user_id") references "user" ("id") on update cascade;`);
  }

  override async down(): Promise<void> {
    this.addSql(`drop table if exists "billing"."invoice" cascade;`);

    this.addSql(`drop schema if exists "billing";`);
  }

}
