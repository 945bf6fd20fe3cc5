/** All tools. A new tool adds its file and its line here. */
import { atlas } from './atlas.ts';
import { dbmate } from './dbmate.ts';
import { diesel } from './diesel.ts';
import { drizzle, drizzleV1 } from './drizzle.ts';
import { flyway } from './flyway.ts';
import { golangMigrate } from './golang-migrate.ts';
import { goose } from './goose.ts';
import { graphileMigrate } from './graphile-migrate.ts';
import { liquibase } from './liquibase/index.ts';
import { nodePgMigrate } from './node-pg-migrate.ts';
import { postgresMigrations } from './postgres-migrations.ts';
import { prisma } from './prisma.ts';
import { refinery } from './refinery.ts';
import { knex, kysely, mikroOrm, sequelize, typeorm } from './scripts.ts';
import { plainSql } from './sql.ts';
import { sqlx } from './sqlx.ts';
import { supabase } from './supabase.ts';
import type { FolderView, Tool } from './types.ts';

export const tools: readonly Tool[] = [
  prisma,
  drizzle,
  drizzleV1,
  supabase,
  diesel,
  sqlx,
  goose,
  dbmate,
  golangMigrate,
  nodePgMigrate,
  flyway,
  liquibase,
  graphileMigrate,
  postgresMigrations,
  atlas,
  refinery,
  typeorm,
  mikroOrm,
  sequelize,
  knex,
  kysely,
  plainSql,
];

export const toolByName = (name: string): Tool | undefined => tools.find((tool) => tool.name === name);

/** The tool that is surest that the folder is its own; a plain folder of SQL files when none is. */
export function detectTool(folder: FolderView): Tool {
  let best = plainSql;
  let surest = 0;
  for (const tool of tools) {
    if (surest === 100) break;
    const sure = tool.detect(folder);
    if (sure > surest) {
      best = tool;
      surest = sure;
    }
  }
  return best;
}
