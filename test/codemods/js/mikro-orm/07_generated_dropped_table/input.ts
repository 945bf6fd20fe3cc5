import { Migration } from '@mikro-orm/migrations';

export class Migration20261121211912 extends Migration {

  override async up(): Promise<void> {
    this.addSql(`drop table if exists "comment" cascade;`);

    this.addSql(`alter table "post" drop column "published";`);

    this.addSql(`alter table "post" add column "published_at" timestamptz null;`);
  }

  override async down(): Promise<void> {
    this.addSql(`create table "comment" ("id" serial primary key, "text" varchar(255) not null, "post_id" uuid not null);`);

    this.addSql(`alter table "comment" add constraint "comment_post_id_foreign" foreign key ("post_id") references "post" ("id") on update cascade on delete no action;`);

    this.addSql(`alter table "post" drop column "published_at";`);

    this.addSql(`alter table "post" add column "published" bool not null default false;`);
  }

}
