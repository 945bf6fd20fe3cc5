/** The migration in a file that ESLint has parsed, with whichever parser. */
import path from 'node:path';
import { PG_VERSIONS, type Tool, otherVendor, toolByName } from '@idempotify/core';
import {
  type Migration,
  type Program,
  ScriptSource,
  type TypeNames,
  jsToolNamed,
  migrationIn,
} from '@idempotify/javascript';
import type { ParserServicesWithTypeInformation, TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { Settings } from '../settings.ts';
import { type Place, findPlace } from '../sql/folders.ts';

export interface ScriptMigration {
  readonly source: ScriptSource;
  readonly pgVersion: number;
  /** Its folder, where the file lies in one that its tool runs. */
  readonly place: Place | undefined;
}

const PLAIN = toolByName('sql') as Tool;

/** What a migration can't be without, and what only some of them have: a look at the text tells nearly all other files. */
const UP = /\bup\b/;
const TOOLS = /typeorm|QueryRunner|knex|sequelize|queryInterface|mikro-orm|addSql|kysely|pg-migrate|\bpgm\b/i;

/** @returns undefined for a file that is no migration, or one that is never run */
export function scriptMigration(
  code: Readonly<TSESLint.SourceCode>,
  file: string,
  settings: Settings,
): ScriptMigration | undefined {
  const { text } = code;
  if (!UP.test(text) || !(TOOLS.test(text) || /migrat/i.test(file))) return undefined;
  const { pgVersion = PG_VERSIONS.default, tool: name } = settings;
  const named = name === undefined ? undefined : toolByName(name);
  const absolute = path.isAbsolute(file);
  if (absolute && otherVendor(file.split(path.sep).join('/')) !== undefined) return undefined;
  const program = code.ast as unknown as Program;
  const place = absolute ? findPlace(file, named) : undefined;
  // a folder that belongs to no tool for scripts says nothing of a script in it
  const inFolder = place && jsToolNamed(place.folder.tool.name) ? place : undefined;
  if (inFolder?.ignored !== undefined) return undefined;
  const tool = named ?? inFolder?.folder.tool;
  const migration: Migration | undefined = migrationIn(program, text, tool, typesOf(code));
  if (!migration) return undefined;
  const source =
    inFolder?.folder.scriptOf(inFolder.name, migration, pgVersion) ??
    new ScriptSource(migration, {
      path: path.basename(file),
      text,
      tool: tool ?? toolByName(migration.tool.name) ?? PLAIN,
      pgVersion,
    });
  return { source, pgVersion, place: inFolder };
}

/** What TypeScript knows, where ESLint has been told to ask it: `parserOptions: { projectService: true }`. */
function typesOf({ parserServices }: Readonly<TSESLint.SourceCode>): TypeNames | undefined {
  // not getParserServices of typescript-eslint: that throws where there are no types
  if (!parserServices?.program) return undefined;
  const services = parserServices as ParserServicesWithTypeInformation;
  return (node) => {
    const type = services.getTypeAtLocation(node as unknown as TSESTree.Node);
    return [type.aliasSymbol, type.getSymbol()].flatMap((symbol) => (symbol ? [symbol.name] : []));
  };
}
