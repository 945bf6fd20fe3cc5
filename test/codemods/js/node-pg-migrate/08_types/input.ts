import type { ColumnDefinitions, MigrationBuilder } from 'node-pg-migrate';

export const shorthands: ColumnDefinitions | undefined = undefined;

export async function up(pgm: MigrationBuilder): Promise<void> {
  pgm.createType('mood', ['sad', 'ok', "it's great"]);
  pgm.createType('pair', { a: 'int', b: 'text' });
  pgm.addColumns('users', { mood: { type: 'mood', default: 'ok' } });
  pgm.addTypeValue('plan', 'enterprise', { after: 'pro' });
  pgm.renameTypeValue('plan', 'pro', 'professional');
  pgm.dropType('old_plan');
}

export async function down(pgm: MigrationBuilder): Promise<void> {
  pgm.dropColumns('users', ['mood']);
  pgm.dropType('pair');
  pgm.dropType('mood');
}
