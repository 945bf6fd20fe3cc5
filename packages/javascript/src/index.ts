/** Migrations in JavaScript and TypeScript, read into steps and into the SQL that they send. */
export * from './ast.ts';
export * from './directives.ts';
export * from './lint.ts';
export * from './calls.ts';
export * from './migration.ts';
export * from './parse.ts';
export * from './roles.ts';
export * from './scope.ts';
export * from './sql-edits.ts';
export * from './sql-text.ts';
export * from './tool.ts';
export * from './tools/index.ts';
export * from './tools/knex.ts';
export { typeorm } from './tools/typeorm.ts';
export * from './up.ts';
export * from './walk.ts';
