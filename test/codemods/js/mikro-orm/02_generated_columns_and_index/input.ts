import { Migration } from '@mikro-orm/migrations';

export class Migration20261121211906 extends Migration {

  override async up(): Promise<void> {
    this.addSql(`create table "comment" ("id" serial primary key, "text" text not null, "post_id" uuid not null);`);

    this.addSql(`alter table "comment" add constraint "comment_post_id_foreign" foreign key ("post_id") references "post" ("id") on update cascade;`);

    this.addSql(`alter table "user" add column "bio" text null, add column "karma" int not null default 0;`);
    this.addSql(`comment on column "user"."bio" is 'it''s free text';`);
    this.addSql(`create index "user_karma_index" on "user" ("karma");`);
  }

  override async down(): Promise<void> {
    this.addSql(`drop table if exists "comment" cascade;`);

    this.addSql(`drop index "user_karma_index";`);
    this.addSql(`alter table "user" drop column "bio", drop column "karma";`);
  }

}
