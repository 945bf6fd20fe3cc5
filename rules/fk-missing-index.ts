import {
  rangeVar,
  strings,
  truncateName,
  type LintFile,
  type LintStatement,
  type Node,
  type QualifiedName,
  type SqlRule,
} from '@idempotify/core';
import { wordAt } from './lib/columns.ts';
import { printedName } from './lib/names.ts';

/** A foreign key, a UNIQUE or a PRIMARY KEY, whether it stands behind a column or for itself. */
interface TableConstraint {
  readonly table: QualifiedName;
  readonly node: Node;
  readonly columns: readonly string[];
  readonly statement: LintStatement;
}

/** The columns that a statement adds to its table, with their constraints, and the constraints of the table. */
function elementsOf({ tag, node }: LintStatement): readonly Node[] {
  if (tag === 'CreateStmt') return node.tableElts ?? [];
  if (tag !== 'AlterTableStmt') return [];
  return node.cmds.flatMap(({ AlterTableCmd: { subtype, def } }: Node) =>
    subtype === 'AT_AddColumn' || subtype === 'AT_AddConstraint' ? [def] : [],
  );
}

function constraintsOf(statement: LintStatement): TableConstraint[] {
  const table = rangeVar(statement.node.relation);
  return elementsOf(statement).flatMap(({ ColumnDef, Constraint }): TableConstraint[] => {
    if (Constraint)
      return [{ table, node: Constraint, columns: strings(Constraint.fk_attrs ?? Constraint.keys), statement }];
    return (ColumnDef?.constraints ?? []).map((item: Node) => ({
      table,
      node: item.Constraint,
      columns: [truncateName(ColumnDef.colname)],
      statement,
    }));
  });
}

/** An index of a column that was there before the file may be there, too: that only shows for new columns. */
function hasNewColumn({ table, columns, statement }: TableConstraint, file: LintFile): boolean {
  const added = elementsOf(statement).map(({ ColumnDef }) => truncateName(ColumnDef?.colname ?? ''));
  return columns.some((column) => added.includes(column) || file.isNewColumn(table, column, statement));
}

const tableKey = ({ schema, name }: QualifiedName): string => `${schema ?? 'public'}.${name}`;

/** Do the first columns of an index, in whatever order, answer a search for all of these? */
const answers = (index: readonly string[], columns: readonly string[]): boolean =>
  columns.every((column) => index.slice(0, columns.length).includes(column));

/** `WHERE a IS NOT NULL` leaves out nothing that a foreign key looks for. */
const leavesOutNulls = ({ NullTest }: Node, columns: readonly string[]): boolean =>
  NullTest?.nulltesttype === 'IS_NOT_NULL' && columns.includes(strings(NullTest.arg.ColumnRef?.fields).at(-1) ?? '');

const SEARCHED: ReadonlySet<string> = new Set(['btree', 'hash']);

function isIndexed(
  { table, columns }: TableConstraint,
  constraints: readonly TableConstraint[],
  file: LintFile,
): boolean {
  const key = tableKey(table);
  return (
    constraints.some(
      (other) =>
        (other.node.contype === 'CONSTR_PRIMARY' || other.node.contype === 'CONSTR_UNIQUE') &&
        tableKey(other.table) === key &&
        answers(other.columns, columns),
    ) ||
    file.all.some(
      ({ tag, node }) =>
        // mutant: nothing else has an access method of an index
        tag === 'IndexStmt' &&
        tableKey(rangeVar(node.relation)) === key &&
        SEARCHED.has(node.accessMethod) &&
        (!node.whereClause || leavesOutNulls(node.whereClause, columns)) &&
        answers(
          node.indexParams.map((item: Node) => truncateName(item.IndexElem.name ?? '')),
          columns,
        ),
    )
  );
}

export const rule: SqlRule = {
  kind: 'sql',
  name: 'fk-missing-index',
  category: 'lock',
  severity: 'warning',
  presets: ['strict'],
  summary: 'No index helps to find the rows of a new foreign key',
  file(file, report) {
    const constraints = file.all.flatMap(constraintsOf);
    for (const each of constraints) {
      const { table, node, columns, statement } = each;
      if (node.contype !== 'CONSTR_FOREIGN' || !hasNewColumn(each, file) || isIndexed(each, constraints, file))
        continue;
      const list = columns.map((name) => printedName({ schema: undefined, name })).join(', ');
      report({
        at: wordAt(statement, node.location),
        message: `No index of this file begins with ${list}: each DELETE in ${printedName(rangeVar(node.pktable))}, and each change of its key, reads all of ${printedName(table)} to see whether rows point there, and keeps its locks meanwhile.`,
        help: `CREATE INDEX ON ${printedName(table)} (${list}); with CONCURRENTLY once the table is in use.`,
      });
    }
  },
};
