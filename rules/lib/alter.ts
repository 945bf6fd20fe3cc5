/** What an ALTER TABLE does to a table that was there before the migration. */
import {
  actionsOf,
  rangeVar,
  strings,
  truncateName,
  type LintFile,
  type LintStatement,
  type Node,
  type QualifiedName,
  type Range,
} from '@idempotify/core';

export interface TableAction {
  readonly table: QualifiedName;
  /** `AT_AddColumn`, … */
  readonly subtype: string;
  /** The AlterTableCmd. */
  readonly command: Node;
  /** Its place in the statement. */
  readonly at: Range;
}

const known = new WeakMap<LintStatement, readonly TableAction[]>();

/** The actions of an ALTER TABLE. Nothing for other objects, nor for a table of this migration: nobody waits for that. */
export function oldTableActions(statement: LintStatement, file: LintFile): readonly TableAction[] {
  let actions = known.get(statement);
  // mutant: read anew it is the same, but a dozen rules ask
  if (!actions) known.set(statement, (actions = readActions(statement, file)));
  return actions;
}

function readActions(statement: LintStatement, file: LintFile): readonly TableAction[] {
  const { node } = statement;
  if (node.objtype !== 'OBJECT_TABLE') return [];
  const table = rangeVar(node.relation);
  if (file.isNew(table, statement)) return [];
  let places: readonly { readonly range: Range }[] | undefined;
  // looked for in the text where something is found, which is seldom
  const place = (index: number): Range => {
    places ??= actionsOf({ node, statement, text: file.text });
    return (places[index] as { readonly range: Range }).range;
  };
  return ((node.cmds ?? []) as Node[]).map(({ AlterTableCmd: command }, index) => ({
    table,
    subtype: String(command.subtype),
    command,
    at: {
      get start() {
        return place(index).start;
      },
      get end() {
        return place(index).end;
      },
    },
  }));
}

export interface AddedColumn extends TableAction {
  readonly name: string;
  /** The ColumnDef. */
  readonly column: Node;
}

/** Columns that an ALTER TABLE adds to an old table. */
export const addedColumns = (statement: LintStatement, file: LintFile): readonly AddedColumn[] =>
  oldTableActions(statement, file)
    .filter(({ subtype }) => subtype === 'AT_AddColumn')
    .map((action) => {
      const column = action.command.def.ColumnDef;
      return { ...action, column, name: truncateName(column.colname) };
    });

/** The constraints in a column's definition. */
export const columnConstraints = (column: Node): readonly Node[] =>
  (column.constraints ?? []).map((item: Node) => item.Constraint);

export interface AddedConstraint {
  readonly table: QualifiedName;
  /** The Constraint. */
  readonly node: Node;
  /** It stands in the definition of a new column. */
  readonly column?: Node;
  readonly at: Range;
}

const knownConstraints = new WeakMap<LintStatement, readonly AddedConstraint[]>();

/** Constraints that an ALTER TABLE adds to an old table: those of the table, and those of new columns. */
export function addedConstraints(statement: LintStatement, file: LintFile): readonly AddedConstraint[] {
  let constraints = knownConstraints.get(statement);
  // mutant: read anew they are the same
  if (!constraints) knownConstraints.set(statement, (constraints = readConstraints(statement, file)));
  return constraints;
}

function readConstraints(statement: LintStatement, file: LintFile): readonly AddedConstraint[] {
  return oldTableActions(statement, file).flatMap(({ table, subtype, command, at }): AddedConstraint[] => {
    if (subtype === 'AT_AddConstraint') return [{ table, node: command.def.Constraint, at }];
    if (subtype !== 'AT_AddColumn') return [];
    const column = command.def.ColumnDef;
    const constraints = columnConstraints(column);
    return constraints
      .filter((_node, index) => !isNotEnforced(constraints, index))
      .map((node) => ({
        table,
        node,
        column,
        at: {
          start: statement.offsetOf(node.location),
          get end() {
            return at.end;
          },
        },
      }));
  });
}

/** In a column's definition, what is said of a constraint stands behind it. One of a table is not to be validated then. */
function isNotEnforced(constraints: readonly Node[], index: number): boolean {
  const next: string | undefined = constraints[index + 1]?.contype;
  if (next === 'CONSTR_ATTR_NOT_ENFORCED') return true;
  return next !== undefined && next.startsWith('CONSTR_ATTR_') && isNotEnforced(constraints, index + 1);
}

const SERIALS: ReadonlySet<string> = new Set(['serial', 'bigserial', 'smallserial', 'serial2', 'serial4', 'serial8']);

/** `serial` and its like, which give a column a default; undefined for a real type. */
export function serialType(column: Node): string | undefined {
  const name = strings(column.typeName?.names).join('.');
  return SERIALS.has(name) ? name : undefined;
}
