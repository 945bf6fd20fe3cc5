/** Where a project's tool puts its migrations, for projects that have none yet. Only looks. */
import fs from 'node:fs';
import path from 'node:path';
import { type Tool, toolByName } from '@idempotify/core';

export interface FolderToCome {
  /** Relative to the project, with '/'. */
  readonly path: string;
  readonly tool: Tool;
}

const SIGNS: readonly {
  readonly signs: readonly string[];
  readonly path: string;
  readonly tool: string;
  /** How the first of the signs names another folder. */
  readonly named?: RegExp;
}[] = [
  { signs: ['prisma/schema.prisma', 'prisma.config.ts'], path: 'prisma/migrations', tool: 'prisma' },
  {
    signs: ['drizzle.config.ts', 'drizzle.config.js', 'drizzle.config.mjs'],
    path: 'drizzle',
    tool: 'drizzle',
    named: /\bout\s*:\s*['"]([^'"\n]+)['"]/,
  },
  {
    signs: ['knexfile.js', 'knexfile.ts', 'knexfile.mjs', 'knexfile.cjs'],
    path: 'migrations',
    tool: 'knex',
    named: /\bdirectory\s*:\s*['"]([^'"\n]+)['"]/,
  },
  { signs: ['.sequelizerc'], path: 'migrations', tool: 'sequelize' },
  { signs: ['supabase/config.toml'], path: 'supabase/migrations', tool: 'supabase' },
];

const PACKAGES = [
  ['typeorm', 'typeorm'],
  ['@mikro-orm/core', 'mikro-orm'],
  ['node-pg-migrate', 'node-pg-migrate'],
  ['knex', 'knex'],
] as const;

/** Where tools look when nothing tells them otherwise; of those that have no such place, where their guides put it. */
const USUAL: Readonly<Record<string, string>> = {
  prisma: 'prisma/migrations',
  drizzle: 'drizzle',
  'drizzle-v1': 'drizzle',
  supabase: 'supabase/migrations',
  dbmate: 'db/migrations',
  flyway: 'db/migration',
  liquibase: 'db/changelog',
};

/** The folder for a tool that is named, when nothing in the project says another one. @param root absolute */
export function usualFolder(root: string, tool: Tool): string {
  const usual = USUAL[tool.name] ?? 'migrations';
  const resources = 'src/main/resources';
  const java = tool.name === 'flyway' || tool.name === 'liquibase';
  return java && fs.existsSync(path.join(root, resources)) ? `${resources}/${usual}` : usual;
}

/**
 * @param root absolute
 * @param dependencies of the project's package.json
 */
export function foldersToCome(root: string, dependencies: ReadonlySet<string> = new Set()): readonly FolderToCome[] {
  const found = new Map<string, FolderToCome>();
  const add = (at: string, name: string): void => void found.set(at, { path: at, tool: toolByName(name)! });
  for (const { signs, path: usual, tool, named } of SIGNS) {
    const sign = signs.map((name) => path.join(root, name)).find((file) => fs.existsSync(file));
    if (sign === undefined) continue;
    const folder = named?.exec(fs.readFileSync(sign, 'utf8'))?.[1];
    const at =
      folder === undefined ? usual : path.relative(root, path.resolve(root, folder)).split(path.sep).join('/') || '.';
    add(at.startsWith('..') ? usual : at, tool);
  }
  for (const [dependency, tool] of PACKAGES)
    if (found.size === 0 && dependencies.has(dependency)) add('migrations', tool);
  return [...found.values()];
}
