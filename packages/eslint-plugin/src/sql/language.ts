/** ESLint's language `idempotify/sql`: migrations for PostgreSQL, read with PostgreSQL's own grammar. */
import type { File, Language, NotOkParseResult, OkParseResult } from '@eslint/core';
import { type Settings, problemOf } from '../settings.ts';
import { readSql } from './read.ts';
import { type FileNode, type ParsedFile, SqlSourceCode } from './source-code.ts';

/** They come before `settings.idempotify`. */
export interface SqlLanguageOptions extends Record<string, unknown>, Settings {}

/** A config for all files says these, and they mean nothing here. */
const OF_JAVASCRIPT: ReadonlySet<string> = new Set(['ecmaVersion', 'sourceType', 'globals', 'parser', 'parserOptions']);

function checkOptions(options: SqlLanguageOptions): void {
  const problem = problemOf(Object.fromEntries(Object.entries(options).filter(([name]) => !OF_JAVASCRIPT.has(name))));
  if (problem !== undefined) throw new TypeError(problem);
}

interface Parsed extends OkParseResult<FileNode> {
  readonly code: SqlSourceCode;
}

function parse({ path, physicalPath, body }: File, options: SqlLanguageOptions): Parsed | NotOkParseResult {
  const text = body as string;
  const name = { path, alone: path !== physicalPath };
  const read = readSql(name, text, options);
  const problems = read.file?.parsed.problems ?? [];
  if (problems.length > 0)
    return { ok: false, errors: problems.map(({ message, line, column }) => ({ message, line, column })) };
  return made({ text, name, options, read });
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
