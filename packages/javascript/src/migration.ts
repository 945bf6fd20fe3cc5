/** A migration file in JavaScript or TypeScript as SQL: its steps, and one text of all their SQL with the way back to the file. */
import { applyEdits, lineIndex, parseSql, type Edit, type Problem, type Transactions } from '@idempotify/core';
import { unwrap, type Program } from './ast.ts';
import { asksForDatabase, isForOtherDatabase } from './database.ts';
import { Scope, type TypeNames } from './scope.ts';
import { escaped, FILLINGS, sqlOf, SqlText, type Filling } from './sql-text.ts';
import type { JsTool, Step } from './tool.ts';
import { walkCalls } from './walk.ts';
import type { Up } from './up.ts';

/** Where the SQL of a part of a step stands in the whole. */
export interface Placed {
  readonly step: Step;
  /** Position in the step's parts. */
  readonly part: number;
  readonly sql: SqlText;
  readonly exact: boolean;
  /** UTF-16 offsets in `Migration.sql`. */
  readonly start: number;
  readonly end: number;
}

export interface Migration {
  readonly tool: JsTool;
  readonly scope: Scope;
  readonly ups: readonly Up[];
  readonly steps: readonly Step[];
  /** All SQL in the order in which it is sent: a complete SQL text, every part ended by a semicolon. */
  readonly sql: string;
  readonly placed: readonly Placed[];
  /** SQL that PostgreSQL could not read; places in the file. It is not part of `sql`. */
  readonly problems: readonly Problem[];
  readonly transactions: Transactions;
  /** The place in the file of an offset of `sql`. */
  sourceOf(offset: number, edge?: 'start' | 'end'): number;
  /** What an offset of `sql` belongs to. */
  placedAt(offset: number): Placed | undefined;
  /** Edits of `sql` as edits of the file; undefined when they can't be written there. */
  toEdits(edits: readonly Edit[]): Edit[] | undefined;
}

/**
 * @param text the file
 * @returns undefined when the file has no `up`
 */
export function readMigration(
  program: Program,
  text: string,
  tool: JsTool,
  typeNames?: TypeNames,
): Migration | undefined {
  const scope = new Scope(program, text, typeNames);
  const ups = tool.ups(scope);
  const first = ups[0];
  if (!first) return undefined;
  const steps: Step[] = [];
  for (const up of ups) {
    walkCalls(up.node, tool.roles(up, scope).withTypes(tool.types), (site) => {
      const found = tool.read(site);
      if (!found) return undefined;
      return { ...found, claimed: () => steps.push(...found.steps) };
    });
  }
  // in the order in which they are sent
  const sent = [...steps.filter(({ queued }) => !queued), ...steps.filter(({ queued }) => queued)];
  return assemble(tool, scope, ups, sent, tool.transactions(scope, first));
}

function assemble(
  tool: JsTool,
  scope: Scope,
  ups: readonly Up[],
  given: readonly Step[],
  transactions: Transactions,
): Migration {
  const { source } = scope;
  const placed: Placed[] = [];
  const problems: Problem[] = [];
  const steps: Step[] = [];
  let sql = '';
  for (const step of given) {
    const { conditions } = step.site;
    if (isForOtherDatabase(conditions)) continue;
    let opaque: string | undefined;
    step.parts.forEach((part, index) => {
      const read = readable(step, part.sql);
      if (read.kind === 'opaque') opaque = 'its SQL is put together when it runs';
      else if (read.kind === 'broken') {
        if (asksForDatabase(conditions, source)) opaque = 'it is no SQL of PostgreSQL';
        else if (step.kind === 'builder' && !part.exact) opaque = 'a part of it is only known when it runs';
        else problems.push(...read.problems.map((problem) => inFile(problem, part.sql, source)));
      } else {
        const start = sql.length;
        placed.push({ step, part: index, sql: read.sql, exact: part.exact, start, end: start + read.sql.text.length });
        sql += `${read.sql.text}${read.ended ? '' : ';'}\n`;
      }
    });
    steps.push(opaque === undefined ? step : { ...step, kind: 'opaque', why: opaque });
  }
  const placedAt = (offset: number): Placed | undefined =>
    placed.find(({ start, end }) => start <= offset && offset <= end);
  return {
    tool,
    scope,
    ups,
    steps,
    sql,
    placed,
    problems,
    transactions,
    placedAt,
    sourceOf(offset, edge = 'start') {
      const of = placedAt(offset);
      return of ? of.sql.sourceOf(Math.min(offset, of.end) - of.start, edge) : 0;
    },
    toEdits(edits) {
      const out: Edit[] = [];
      for (const of of placed) {
        const own = edits.filter((edit) => of.start <= edit.start && edit.start <= of.end);
        if (own.length === 0) continue;
        // an edit that reaches over what was added behind the text (a semicolon) ends with the text
        const inside = own.map((edit) => ({
          ...edit,
          start: edit.start - of.start,
          end: Math.min(edit.end, of.end) - of.start,
        }));
        const { escape } = tool;
        const escaping = escape ? (text: string): string => escape.call(tool, text, of.step) : undefined;
        const written = of.sql.toEdits(inside, source, escaping) ?? asOneTemplate(of, inside, scope, escaping);
        if (!written) return undefined;
        out.push(...written);
      }
      return out;
    },
  };
}

/** What stands in several places, with what is edited across their seams, as one template. Constants of the file become their values. */
function asOneTemplate(
  { step, sql }: Placed,
  edits: readonly Edit[],
  scope: Scope,
  escaping: (sql: string) => string = (text) => text,
): Edit[] | undefined {
  if (!step.literal) return undefined;
  const literal = unwrap(step.literal);
  const [start, end] = literal.range;
  // what is put in when it runs would be lost, and so would be comments
  if (sql.hasExpressions) return undefined;
  if ((scope.program.comments ?? []).some(({ range }) => start <= range[0] && range[1] <= end)) return undefined;
  return [{ start, end, text: `\`${escaped(escaping(applyEdits(sql.text, edits)), '`')}\`` }];
}

type Readable =
  | { readonly kind: 'sql'; readonly sql: SqlText; readonly ended: boolean }
  | { readonly kind: 'broken'; readonly problems: readonly Problem[] }
  | { readonly kind: 'opaque' };

/** A text as PostgreSQL can read it: what is not known in it is taken for a name, else for a string, else for a number. */
function readable(step: Step, given: SqlText): Readable {
  let broken: readonly Problem[] = [];
  for (const filling of given.hasExpressions && step.literal ? FILLINGS : (['name'] as const)) {
    const sql = filling === 'name' ? given : refilled(step, given, filling);
    if (!sql) continue;
    const { statements, problems } = parseSql(sql.text);
    if (problems.length === 0) {
      const last = statements[statements.length - 1];
      // a comment at the end would swallow a semicolon on its line
      return { kind: 'sql', sql: last ? sql.slice(0, last.end) : sql.slice(0, 0), ended: !last || last.hasSemicolon };
    }
    if (filling === 'name') broken = problems;
  }
  return given.hasExpressions ? { kind: 'opaque' } : { kind: 'broken', problems: broken };
}

function refilled(step: Step, given: SqlText, filling: Filling): SqlText | undefined {
  const sql = step.literal && sqlOf(step.literal, step.site.roles.scope, filling);
  // what the tool has made of the text (bindings) is not made again
  return sql && sql.text.length > 0 && !step.bindings ? sql : undefined;
}

function inFile(problem: Problem, sql: SqlText, source: string): Problem {
  const start = sql.sourceOf(problem.start);
  return { ...problem, start, end: Math.max(start, sql.sourceOf(problem.end, 'end')), ...lineIndex(source).at(start) };
}
