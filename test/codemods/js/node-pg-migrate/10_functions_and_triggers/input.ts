import type { ColumnDefinitions, MigrationBuilder } from 'node-pg-migrate';

export const shorthands: ColumnDefinitions | undefined = undefined;

export async function up(pgm: MigrationBuilder): Promise<void> {
  pgm.createFunction(
    'touch',
    [],
    { returns: 'trigger', language: 'plpgsql' },
    `
BEGIN
  NEW.updated_at = now();
  RETURN NEW;
END;
`,
  );
  pgm.createTrigger('users', 'users_touch', {
    when: 'BEFORE',
    operation: 'UPDATE',
    level: 'ROW',
    function: 'touch',
  });
  pgm.createTrigger(
    'users',
    'users_count',
    { when: 'AFTER', operation: 'INSERT', language: 'plpgsql', replace: true },
    'BEGIN RETURN NULL; END;',
  );
  pgm.dropFunction('old', ['integer']);
  pgm.dropTrigger('users', 'users_old');
}

export async function down(pgm: MigrationBuilder): Promise<void> {
  pgm.dropTrigger('users', 'users_touch');
  pgm.dropFunction('touch', []);
}
