import type { LintFile, LintStatement, Node, Report, ReportFn, SqlRule } from '@idempotify/core';
import { printedName } from './lib/names.ts';

interface Assigned {
  readonly name: string;
  /** `a[1] = …` or `a.x = …`: only a part of the column. */
  readonly part: boolean;
  readonly location: number;
}

const targets = (list: readonly Node[] = []): Assigned[] =>
  list.map(({ ResTarget }) => ({
    name: ResTarget.name,
    part: ResTarget.indirection !== undefined,
    location: ResTarget.location,
  }));

const columns = (list: readonly Node[] = []): Assigned[] =>
  list.flatMap(({ ColumnDef }) =>
    ColumnDef ? [{ name: ColumnDef.colname, part: false, location: ColumnDef.location }] : [],
  );

/** The lists of a statement in which no column may stand twice. */
function listsOf(tag: string, node: Node): readonly Assigned[][] {
  switch (tag) {
    case 'CreateStmt':
      return [columns(node.tableElts)];
    case 'InsertStmt':
      return [targets(node.cols), targets(node.onConflictClause?.targetList)];
    case 'UpdateStmt':
      return [targets(node.targetList)];
    case 'MergeStmt':
      return node.mergeWhenClauses.map((item: Node) => targets(item.MergeWhenClause.targetList));
    default:
      return [];
  }
}

function check(statement: LintStatement, _file: LintFile, report: ReportFn): void {
  // only at the top of a statement may WITH queries write (docs: 7.8.4)
  const withQueries: Node[] = (statement.node.withClause?.ctes ?? []).map(
    (item: Node) => item.CommonTableExpr.ctequery,
  );
  const parts: (readonly [string, Node])[] = [
    [statement.tag, statement.node],
    ...withQueries.flatMap((query) => Object.entries<Node>(query)),
  ];
  for (const list of parts.flatMap(([tag, node]) => listsOf(tag, node))) {
    const seen = new Map<string, { whole: boolean }>();
    for (const { name, part, location } of list) {
      const before = seen.get(name);
      if (!before) seen.set(name, { whole: !part });
      else if (before.whole || !part) report(finding(statement, name, location));
    }
  }
}

const finding = (statement: LintStatement, name: string, location: number): Report => {
  const start = statement.offsetOf(location);
  return {
    at: statement.tokens.find((token) => token.start === start) ?? statement,
    message: `The column ${printedName({ schema: undefined, name })} stands here for the second time: PostgreSQL refuses the statement, and the migration fails.`,
    help: 'Take out one of the two, or name the column that was meant.',
  };
};

export const rule: SqlRule = {
  kind: 'sql',
  name: 'ban-duplicate-column-assignments',
  category: 'style',
  severity: 'error',
  presets: ['recommended', 'squawk'],
  summary: 'A column stands twice where it may stand only once, which fails',
  squawk: ['ban-duplicate-column-assignments'],
  on: {
    CreateStmt: check,
    InsertStmt: check,
    UpdateStmt: check,
    MergeStmt: check,
    DeleteStmt: check,
    SelectStmt: check,
  },
};
