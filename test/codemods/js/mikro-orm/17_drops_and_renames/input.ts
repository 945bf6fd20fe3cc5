import { Migration } from '@mikro-orm/migrations';

export class Migration20260101000017 extends Migration {
  override async up(): Promise<void> {
    this.addSql(`alter table "invoice" drop constraint "invoice_user_id_foreign";`);
    this.addSql(`drop index "invoice_number_index";`);
    this.addSql(`alter table "invoice" drop column "number", drop column "state";`);
    this.addSql(`drop type "invoice_state";`);
    this.addSql(`alter table "invoice" rename to "bill";`);
    this.addSql(`alter table "bill" rename constraint "invoice_pkey" to "bill_pkey";`);
    this.addSql(`alter index "invoice_total_index" rename to "bill_total_index";`);
    this.addSql(`drop table "draft" cascade;`);
    this.addSql(`alter type "colour" rename value 'blu' to 'blue';`);
  }
}
