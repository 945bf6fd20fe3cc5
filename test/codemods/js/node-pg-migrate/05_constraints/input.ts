import type { ColumnDefinitions, MigrationBuilder } from 'node-pg-migrate';

export const shorthands: ColumnDefinitions | undefined = undefined;

export async function up(pgm: MigrationBuilder): Promise<void> {
  pgm.addConstraint('memberships', 'memberships_user_fkey', {
    foreignKeys: { columns: 'user_id', references: 'users(id)', onDelete: 'CASCADE' },
  });
  pgm.addConstraint('memberships', 'memberships_once', { unique: ['user_id', 'team_id'] });
  pgm.createConstraint('memberships', 'memberships_role', "CHECK (role IN ('member', 'admin'))");
  pgm.dropConstraint('memberships', 'memberships_old');
}

export async function down(pgm: MigrationBuilder): Promise<void> {
  pgm.dropConstraint('memberships', 'memberships_role');
}
