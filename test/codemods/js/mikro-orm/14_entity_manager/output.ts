import { Migration } from '@mikro-orm/migrations';

export class Migration20260101000014 extends Migration {
  async up(): Promise<void> {
    await this.execute('alter table "plan" add column "price" int');
    const em = this.getEntityManager();
    await em.getConnection().execute(`insert into "plan" ("name", "price") values ('gold', 10)`, [], 'run', em.getTransactionContext());
  }
}
