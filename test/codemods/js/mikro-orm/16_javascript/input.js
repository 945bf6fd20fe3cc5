
'use strict';
Object.defineProperty(exports, '__esModule', { value: true });
const { Migration } = require('@mikro-orm/migrations');

class Migration20260101000016 extends Migration {

  async up() {
    this.addSql('create table "author" ("id" serial primary key, "name" varchar(255) not null);'); // people
    this.addSql('alter table "book" add column "author_id" int null;');
    this.addSql('alter table "book" add constraint "book_author_id_foreign" foreign key ("author_id") references "author" ("id") on update cascade on delete set null;');
    this.addSql('alter table "book" rename column "name" to "title";');
    this.addSql("update \"book\" set \"title\" = 'untitled' where \"title\" is null;");
    this.addSql('alter table "book" alter column "title" set not null;');
  }

}
exports.Migration20260101000016 = Migration20260101000016;
