/** ESLint's language `idempotify/sql`: migrations for PostgreSQL, read with PostgreSQL's own grammar. */
import path from 'node:path';
import { PG_VERSIONS, Source, type Tool, toolByName, tools } from '@idempotify/core';
import type { File, Language, NotOkParseResult, OkParseResult } from '@eslint/core';
import { findPlace } from './folders.ts';
import { type FileNode, type ParsedFile, SqlSourceCode } from './source-code.ts';

export interface SqlLanguageOptions extends Record<string, unknown> {
  /** The oldest major version of PostgreSQL that the migrations have to run on. Default 14. */
  readonly pgVersion?: number;
  /** The migration tool, by its name on the command line, instead of recognising it by the folder. */
  readonly tool?: string;
}

const PLAIN = toolByName('sql') as Tool;

/** A config for all files says these, and they mean nothing here. */
const OF_JAVASCRIPT: ReadonlySet<string> = new Set(['ecmaVersion', 'sourceType', 'globals', 'parser', 'parserOptions']);

function checkOptions({ pgVersion, tool, ...others }: SqlLanguageOptions): void {
  const { oldest, newest } = PG_VERSIONS;
  if (
    pgVersion !== undefined &&
    !(Number.isInteger(pgVersion) && Number(pgVersion) >= oldest && Number(pgVersion) <= newest)
  )
    throw new TypeError(`"pgVersion" must be a whole number from ${oldest} to ${newest}.`);
  if (tool !== undefined && !(typeof tool === 'string' && toolByName(tool)))
    throw new TypeError(`"tool" must be one of ${tools.map(({ name }) => name).join(', ')}.`);
  const unknown = Object.keys(others).find((name) => !OF_JAVASCRIPT.has(name));
  if (unknown !== undefined)
    throw new TypeError(`SQL files have no option "${unknown}": there are "pgVersion" and "tool".`);
}

interface Parsed extends OkParseResult<FileNode> {
  readonly code: SqlSourceCode;
}

function parse(
  file: File,
  { pgVersion = PG_VERSIONS.default, tool: name }: SqlLanguageOptions,
): Parsed | NotOkParseResult {
  const text = file.body as string;
  const named: Tool | undefined = name === undefined ? undefined : toolByName(name);
  // a block of SQL in another file (Markdown) has no neighbours
  const place = file.path === file.physicalPath && path.isAbsolute(file.path) ? findPlace(file.path, named) : undefined;
  const parsed: Omit<ParsedFile, 'file'> = { text, place, pgVersion };
  // what the tool never runs need not even be PostgreSQL's SQL
  if (place?.ignored !== undefined) return made({ ...parsed, file: undefined });
  const source = place
    ? place.folder.sourceOf(place.name, text, pgVersion)
    : new Source({ path: path.basename(file.path), text, tool: named ?? PLAIN, pgVersion });
  const { problems } = source.parsed;
  if (problems.length > 0)
    return { ok: false, errors: problems.map(({ message, line, column }) => ({ message, line, column })) };
  return made({ ...parsed, file: source });
}

function made(parsed: ParsedFile): Parsed {
  const code = new SqlSourceCode(parsed);
  return { ok: true, ast: code.ast, code };
}

export const sql: Language<{
  LangOptions: SqlLanguageOptions;
  Code: SqlSourceCode;
  RootNode: FileNode;
  Node: object;
}> = {
  fileType: 'text',
  lineStart: 1,
  columnStart: 1,
  nodeTypeKey: 'type',
  validateLanguageOptions: checkOptions,
  parse: (file, { languageOptions }) => parse(file, languageOptions),
  createSourceCode: (_file, result) => (result as Parsed).code,
};
