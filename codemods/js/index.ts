/** The codemods for migrations in JavaScript and TypeScript. */
import type { Guards } from './types.ts';
import { guards as knex } from './knex.ts';
import { guards as kysely } from './kysely.ts';
import { guards as nodePgMigrate } from './node-pg-migrate.ts';
import { guards as sequelize } from './sequelize.ts';
import { guards as mikroOrm } from './mikro-orm.ts';
import { guards as typeorm } from './typeorm.ts';

export { rewriteJavaScript, type JsRewriteContext } from './rewrite.ts';
export { createScriptRewriter } from './rewriter.ts';

const all: readonly Guards[] = [knex, kysely, mikroOrm, typeorm, sequelize, nodePgMigrate];

export const guardsOf = (tool: string): Guards | undefined => all.find((guards) => guards.tool.name === tool);
