/** The types that a file gives to columns: where tables are made, columns are added, and where a type is changed. */
import {
  qualified,
  rangeVar,
  strings,
  truncateName,
  type LintFile,
  type LintStatement,
  type Node,
  type QualifiedName,
  type Range,
  type ReportFn,
  type SqlRule,
} from '@idempotify/core';
import { printedName } from './names.ts';

export interface TypedColumn {
  readonly table: QualifiedName;
  readonly name: string;
  /** The name of the type in PostgreSQL's catalog: `bpchar` for CHARACTER, `int4` for INTEGER. Only types of PostgreSQL's own. */
  readonly type: string;
  /** `varchar(20)` has one, `varchar` none. */
  readonly hasLength: boolean;
  /** The type's first word. */
  readonly at: Range;
}

/** The token at a location of the tree; where it stands in a text of its own, the whole statement. */
export function wordAt(statement: LintStatement, location: number): Range {
  const start = statement.offsetOf(location);
  return statement.tokens.find((token) => token.start === start) ?? statement.range;
}

function* columnsOf(statement: LintStatement): Generator<readonly [name: string, definition: Node]> {
  const { tag, node } = statement;
  if (tag === 'CreateStmt') {
    for (const { ColumnDef } of (node.tableElts ?? []) as Node[]) if (ColumnDef) yield [ColumnDef.colname, ColumnDef];
    return;
  }
  // composite types and foreign tables have columns, too, which come from somewhere else
  if (node.objtype !== 'OBJECT_TABLE') return;
  for (const { AlterTableCmd } of node.cmds as Node[]) {
    const definition = AlterTableCmd.def?.ColumnDef;
    if (AlterTableCmd.subtype === 'AT_AddColumn') yield [definition.colname, definition];
    if (AlterTableCmd.subtype === 'AT_AlterColumnType') yield [AlterTableCmd.name, definition];
  }
}

/** Visitors that are called with every column that gets a type of PostgreSQL's own. */
export function onColumnTypes(
  visit: (column: TypedColumn, report: ReportFn, file: LintFile) => void,
): NonNullable<SqlRule['on']> {
  const each = (statement: LintStatement, file: LintFile, report: ReportFn): void => {
    const table = rangeVar(statement.node.relation);
    for (const [name, definition] of columnsOf(statement)) {
      const { typeName } = definition;
      // a column of a table OF a type has none of its own
      if (!typeName) continue;
      const type = qualified(strings(typeName.names));
      if (type.schema !== undefined && type.schema !== 'pg_catalog') continue;
      visit(
        {
          table,
          name: truncateName(name),
          type: type.name,
          hasLength: typeName.typmods !== undefined,
          at: wordAt(statement, typeName.location),
        },
        report,
        file,
      );
    }
  };
  return { CreateStmt: each, AlterTableStmt: each };
}

/** `"email" of users`, for messages. */
export const printedColumn = ({ table, name }: Pick<TypedColumn, 'table' | 'name'>): string =>
  `${printedName({ schema: undefined, name })} of ${printedName(table)}`;
