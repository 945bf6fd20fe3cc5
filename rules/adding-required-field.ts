import {
  quoteIdent,
  rangeVar,
  type LintFile,
  type LintStatement,
  type Node,
  type QualifiedName,
  type SqlRule,
} from '@idempotify/core';
import { addedColumns, columnConstraints, serialType } from './lib/alter.ts';
import { printedName } from './lib/names.ts';
import { isSame } from './lib/tables.ts';
import { isNull } from './lib/volatile.ts';

const FILLED: ReadonlySet<string> = new Set(['CONSTR_IDENTITY', 'CONSTR_GENERATED']);
const REQUIRED: ReadonlySet<string> = new Set(['CONSTR_NOTNULL', 'CONSTR_PRIMARY']);

export const rule: SqlRule = {
  kind: 'sql',
  name: 'adding-required-field',
  category: 'data',
  severity: 'error',
  presets: ['recommended', 'squawk'],
  summary: 'A NOT NULL column is added without a default, which fails once there are rows',
  squawk: ['adding-required-field'],
  on: {
    AlterTableStmt(statement, file, report) {
      for (const { table, name, column, at } of addedColumns(statement, file)) {
        const constraints = columnConstraints(column);
        if (!constraints.some(({ contype }) => REQUIRED.has(contype))) continue;
        if (serialType(column) !== undefined || constraints.some(hasValue) || isEmptied(table, statement, file))
          continue;
        report({
          at,
          message: `The new column ${quoteIdent(name)} must not be NULL and has no default, so this fails as soon as ${printedName(table)} has a row; and code that doesn't know the column yet can't insert any more.`,
          help: 'Give it a DEFAULT. Or add it without NOT NULL, fill the old rows, and make it NOT NULL in a later migration.',
        });
      }
    },
  },
};

const hasValue = ({ contype, raw_expr: expression }: Node): boolean =>
  FILLED.has(contype) || (contype === 'CONSTR_DEFAULT' && !isNull(expression));

/** Has the same file thrown away all rows? */
const isEmptied = (table: QualifiedName, statement: LintStatement, file: LintFile): boolean =>
  file.all
    .slice(0, file.all.indexOf(statement))
    .some(
      ({ tag, node, conditional }) =>
        tag === 'TruncateStmt' &&
        !conditional &&
        node.relations.some((item: Node) => isSame(rangeVar(item.RangeVar), table)),
    );
