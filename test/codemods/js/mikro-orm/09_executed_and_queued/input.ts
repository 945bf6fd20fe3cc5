import { Migration } from '@mikro-orm/migrations';

export class Migration20260101000009 extends Migration {
  async up(): Promise<void> {
    // what is added is sent behind what is executed
    this.addSql('create index "job_state_index" on "job" ("state");');
    await this.execute('create table "job" ("id" serial primary key, "state" text not null)');
    this.addSql("insert into \"job\" (\"id\", \"state\") values (1, 'it''s new')");
    const jobs = await this.execute('select count(*) as "n" from "job"');
    if (Number(jobs[0].n) > 1000) console.log('many');
  }

  async down(): Promise<void> {
    this.addSql('drop table "job"');
  }
}
