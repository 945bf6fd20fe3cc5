/** All tools. A new one adds its file and its line here. */
import type { Scope } from '../scope.ts';
import type { JsTool } from '../tool.ts';
import { knex } from './knex.ts';
import { kysely } from './kysely.ts';
import { mikroOrm } from './mikro-orm.ts';
import { nodePgMigrate } from './node-pg-migrate.ts';
import { sequelize } from './sequelize.ts';
import { typeorm } from './typeorm.ts';

export const jsTools: readonly JsTool[] = [typeorm, mikroOrm, knex, kysely, sequelize, nodePgMigrate];

export const jsToolNamed = (name: string): JsTool | undefined => jsTools.find((tool) => tool.name === name);

/** The tool whose migration this is, judged by the file alone. */
export const recogniseTool = (scope: Scope): JsTool | undefined =>
  jsTools.find((tool) => tool.recognises(scope) && tool.ups(scope).length > 0);
