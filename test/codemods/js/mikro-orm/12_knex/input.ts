import { Migration } from '@mikro-orm/migrations';

export class Migration20260101000012 extends Migration {
  async up(): Promise<void> {
    const knex = this.getKnex();
    this.addSql('alter table "role" add column "level" int null;');
    this.addSql(knex('role').insert([{ id: 10, name: 'guest' }, { id: 11, name: "o'wner" }]));
    this.addSql(knex('role').update({ name: 'nobody' }).whereNull('name'));
    const roles = await knex('role').select('id');
    console.log(`${roles.length} roles`);
  }
}
