import { Migration } from '@mikro-orm/migrations';

export class Migration20261121211911 extends Migration {

  override async up(): Promise<void> {
    this.addSql(`create table "tag" ("id" bigserial primary key, "name" varchar(255) not null);`);
    this.addSql(`alter table "tag" add constraint "tag_name_unique" unique ("name");`);

    this.addSql(`create table "post_tags" ("post_id" uuid not null, "tag_id" bigint not null, constraint "post_tags_pkey" primary key ("post_id", "tag_id"));`);

    this.addSql(`alter table "post_tags" add constraint "post_tags_post_id_foreign" foreign key ("post_id") references "post" ("id") on update cascade on delete cascade;`);
    this.addSql(`alter table "post_tags" add constraint "post_tags_tag_id_foreign" foreign key ("tag_id") references "tag" ("id") on update cascade on delete cascade;`);

    this.addSql(`alter table "post" drop constraint "post_author_id_foreign";`);

    this.addSql(`alter table "user" drop constraint "user_email_unique";`);

    this.addSql(`create index "user_created_at_karma_index" on "user" ("created_at", "karma");`);
    this.addSql(`alter table "user" add constraint "user_email_state_unique" unique ("email", "state");`);
    this.addSql(`alter table "user" add constraint user_karma_check check(karma >= 0);`);

    this.addSql(`alter table "post" alter column "author_id" type int using ("author_id"::int);`);
    this.addSql(`alter table "post" alter column "author_id" drop not null;`);
    this.addSql(`alter table "post" add constraint "post_author_id_foreign" foreign key ("author_id") references "user" ("id") on update cascade on delete set null;`);
  }

  override async down(): Promise<void> {
    this.addSql(`alter table "post_tags" drop constraint "post_tags_tag_id_foreign";`);

    this.addSql(`drop table if exists "tag" cascade;`);

    this.addSql(`drop table if exists "post_tags" cascade;`);

    this.addSql(`alter table "post" drop constraint "post_author_id_foreign";`);

    this.addSql(`alter table "post" alter column "author_id" type int4 using ("author_id"::int4);`);
    this.addSql(`alter table "post" alter column "author_id" set not null;`);
    this.addSql(`alter table "post" add constraint "post_author_id_foreign" foreign key ("author_id") references "user" ("id") on update cascade on delete cascade;`);

    this.addSql(`drop index "user_created_at_karma_index";`);
    this.addSql(`alter table "user" drop constraint "user_email_state_unique";`);
    this.addSql(`alter table "user" drop constraint user_karma_check;`);

    this.addSql(`alter table "user" add constraint "user_email_unique" unique ("email");`);
  }

}
