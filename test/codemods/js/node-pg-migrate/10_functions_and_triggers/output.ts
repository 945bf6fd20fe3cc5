import type { ColumnDefinitions, MigrationBuilder } from 'node-pg-migrate';

export const shorthands: ColumnDefinitions | undefined = undefined;

export async function up(pgm: MigrationBuilder): Promise<void> {
  pgm.createFunction(
    'touch',
    [],
    { returns: 'trigger', language: 'plpgsql', replace: true },
    `
BEGIN
  NEW.updated_at = now();
  RETURN NEW;
END;
`,
  );
  pgm.sql('CREATE OR REPLACE TRIGGER "users_touch" BEFORE UPDATE ON "users" FOR EACH ROW EXECUTE PROCEDURE "touch"();');
  pgm.sql(`CREATE OR REPLACE FUNCTION "users_count"() RETURNS trigger AS 'BEGIN RETURN NULL; END;' VOLATILE LANGUAGE plpgsql; CREATE OR REPLACE TRIGGER "users_count" AFTER INSERT ON "users" FOR EACH STATEMENT EXECUTE PROCEDURE "users_count"();`);
  pgm.dropFunction('old', ['integer'], { ifExists: true });
  pgm.dropTrigger('users', 'users_old', { ifExists: true });
}

export async function down(pgm: MigrationBuilder): Promise<void> {
  pgm.dropTrigger('users', 'users_touch');
  pgm.dropFunction('touch', []);
}
