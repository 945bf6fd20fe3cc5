/** Comments that say something to the linter or the rewriter: those of the file, and those in its SQL. */
import {
  directivesIn,
  disabledBy,
  lineOf,
  mayHaveDirectives,
  parseSql,
  readDirectives,
  type Directive,
  type DisabledReruns,
  type Range,
  type Statement,
} from '@idempotify/core';
import { childrenOf, type Node, type Program } from './ast.ts';
import type { Migration } from './migration.ts';

/** All directives of a file; places are those of the file. */
export function migrationDirectives(migration: Migration): readonly Directive[] {
  const { program, source } = migration.scope;
  if (!mayHaveDirectives(source)) return [];
  const comments = (program.comments ?? []).map(({ range: [start, end] }) => ({ start, end }));
  const own = directivesIn(source, {
    comments,
    next(comment) {
      const scope = nextIn(program, comment, source, comments);
      return { scope, also: elsewhere(migration, scope) };
    },
    statementAt(line) {
      const on = migration.steps
        .map(({ node: { range } }) => range)
        .filter(([start, end]) => start <= line.end && line.start <= end);
      return {
        start: Math.min(line.start, ...on.map(([start]) => start)),
        end: Math.max(line.end, ...on.map(([, end]) => end)),
      };
    },
  });
  return [...own, ...inSql(migration)].sort((a, b) => a.start - b.start);
}

/** The same as far as guards are concerned, for the statements of `migration.sql`. */
export const disabledIn = (migration: Migration, statements: readonly Statement[]): DisabledReruns =>
  disabledBy(migrationDirectives(migration), statements, ({ range }) => migration.sourceOf(range.start));

/** The nodes that stand in a row in a node, such as the statements of a block; undefined where it has no row. */
function rowOf(node: Node): readonly Node[] | undefined {
  switch (node.type) {
    case 'Program':
    case 'BlockStatement':
    case 'StaticBlock':
    case 'ClassBody':
    case 'TSModuleBlock':
      return node['body'];
    case 'SwitchCase':
      return node['consequent'];
    default:
      return undefined;
  }
}

/** What follows a comment: the statement behind it; between the lines of a statement, the next line. */
function nextIn(program: Program, comment: Range, source: string, comments: readonly Range[]): Range {
  let row: Node = program;
  let inside: Node | undefined;
  const enter = (node: Node): void => {
    for (const child of childrenOf(node)) {
      if (child.range[0] > comment.start || comment.end > child.range[1]) continue;
      if (rowOf(child)) {
        row = child;
        inside = undefined;
      } else inside ??= child;
      enter(child);
      return;
    }
  };
  enter(program);
  if (inside) return { start: comment.end, end: lineOf(source, nextCode(source, comment.end, comments)).end };
  const next = rowOf(row)?.find(({ range }) => range[0] >= comment.end);
  return { start: comment.end, end: next ? next.range[1] : comment.end };
}

/** The next offset that is neither white space nor in a comment. */
function nextCode(source: string, from: number, comments: readonly Range[]): number {
  let at = from;
  for (;;) {
    while (at < source.length && /\s/.test(source[at]!)) at++;
    const comment = comments.find(({ start }) => start === at);
    if (!comment) return at;
    at = comment.end;
  }
}

/** Where the SQL of the calls in a range stands, as far as that is not in the range: a constant that is used there. */
function elsewhere({ steps }: Migration, { start, end }: Range): readonly Range[] {
  return steps
    .filter(({ node }) => start <= node.range[0] && node.range[1] <= end)
    .flatMap(({ parts }) => parts.flatMap(({ sql }) => sql.places))
    .filter((place) => place.end < start || end < place.start);
}

function inSql({ steps, scope: { source } }: Migration): readonly Directive[] {
  return steps.flatMap(({ kind, parts }) =>
    kind === 'builder'
      ? []
      : parts.flatMap(({ sql }) => {
          if (!mayHaveDirectives(sql.text)) return [];
          const inFile = ({ start, end }: Range): Range => {
            const from = sql.sourceOf(start);
            return { start: from, end: Math.max(from, sql.sourceOf(end, 'end')) };
          };
          return readDirectives(sql.text, parseSql(sql.text).statements).map((directive): Directive => ({
            ...directive,
            ...inFile(directive),
            scope: directive.kind === 'file' ? { start: 0, end: source.length } : inFile(directive.scope),
          }));
        }),
  );
}
