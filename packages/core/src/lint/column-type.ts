/** What type a column has, as far as the file and the migrations before it tell. */
import { rangeVar, truncateName, type Node, type QualifiedName } from '../model/ast.ts';
import { exactType } from '../model/types.ts';
import type { PastFile } from '../rewrite/past.ts';
import type { LintStatement } from './types.ts';

/** A statement that may say something of a column, without the rest of its tree: trees are ten times as large as their text. */
export type ColumnStatement = Pick<LintStatement, 'tag' | 'node' | 'conditional'>;

const column = (item: Node): Node => ({
  ColumnDef: { colname: item.ColumnDef.colname, typeName: item.ColumnDef.typeName },
});

/** What is to be remembered of a migration. */
export function aboutColumns(statements: readonly LintStatement[]): readonly ColumnStatement[] {
  const out: ColumnStatement[] = [];
  for (const { tag, node, conditional } of statements) {
    const keep = (short: Node): number => out.push({ tag, conditional, node: short });
    if (tag === 'RenameStmt') keep({ newname: node.newname, renameType: node.renameType });
    else if (tag === 'AlterObjectSchemaStmt') keep({ newschema: node.newschema, relation: node.relation });
    else if (tag === 'CreateStmt')
      keep({
        relation: node.relation,
        if_not_exists: node.if_not_exists,
        tableElts: (node.tableElts ?? []).filter((item: Node) => item.ColumnDef).map(column),
      });
    else if (tag === 'AlterTableStmt')
      keep({
        relation: node.relation,
        missing_ok: node.missing_ok,
        cmds: (node.cmds ?? []).map(({ AlterTableCmd: { subtype, name, missing_ok, def } }: Node) => ({
          AlterTableCmd: { subtype, name, missing_ok, ...(def?.ColumnDef ? { def: column(def) } : {}) },
        })),
      });
  }
  return out;
}

/** Not known, and nothing earlier can tell. */
const UNKNOWN = { type: undefined };

/** What one statement makes of the column's type; undefined when it leaves it alone. */
function typeAfter(
  { tag, node, conditional }: ColumnStatement,
  table: QualifiedName,
  column: string,
): { readonly type: string | undefined } | undefined {
  const isTable = (relation: Node): boolean => {
    const { name, schema } = rangeVar(relation);
    return name === table.name && schema === table.schema;
  };
  const given = (definition: Node, maybe: unknown): { readonly type: string | undefined } =>
    maybe || conditional ? UNKNOWN : { type: exactType(definition.typeName) };
  if (tag === 'RenameStmt') {
    const renamed = truncateName(node.newname ?? '');
    return renamed === table.name || (renamed === column && node.renameType === 'OBJECT_COLUMN') ? UNKNOWN : undefined;
  }
  if (tag === 'AlterObjectSchemaStmt')
    return node.newschema === table.schema && rangeVar(node.relation).name === table.name ? UNKNOWN : undefined;
  if (tag === 'CreateStmt' && isTable(node.relation)) {
    const definition = node.tableElts?.find(
      ({ ColumnDef }: Node) => ColumnDef && truncateName(ColumnDef.colname) === column,
    );
    return definition ? given(definition.ColumnDef, node.if_not_exists) : UNKNOWN;
  }
  if (tag !== 'AlterTableStmt' || !isTable(node.relation)) return undefined;
  let after: { readonly type: string | undefined } | undefined;
  for (const { AlterTableCmd: command } of node.cmds as Node[]) {
    const definition = command.def?.ColumnDef;
    if (command.subtype === 'AT_AddColumn' && truncateName(definition.colname) === column)
      after = given(definition, command.missing_ok);
    else if (command.subtype === 'AT_AlterColumnType' && truncateName(command.name) === column)
      after = given(definition, node.missing_ok);
    else if (command.subtype === 'AT_DropColumn' && truncateName(command.name) === column) after = UNKNOWN;
  }
  return after;
}

/**
 * @param before the statements that have run
 * @param earlier the migrations before, in the tool's order; only looked at when the statements leave it open
 * @returns as format_type prints it: `character varying(20)`
 */
export function columnTypeBefore(
  before: readonly LintStatement[],
  earlier: () => readonly PastFile[],
  table: QualifiedName,
  column: string,
  statementsOf: (file: PastFile) => readonly ColumnStatement[],
): string | undefined {
  for (let index = before.length - 1; index >= 0; index--) {
    const after = typeAfter(before[index] as LintStatement, table, column);
    if (after) return after.type;
  }
  const past = earlier();
  const names = [table.name.toLowerCase(), column.toLowerCase()] as const;
  // from the latest to the first: what was said last counts
  for (let index = past.length - 1; index >= 0; index--) {
    const file = past[index] as PastFile;
    if (!mayTell(file, names)) continue;
    const statements = statementsOf(file);
    for (let at = statements.length - 1; at >= 0; at--) {
      const after = typeAfter(statements[at] as ColumnStatement, table, column);
      if (after) return after.type;
    }
  }
  return undefined;
}

const lowered = new WeakMap<PastFile, string>();

/** Most migrations are about other tables: only those that name this one are parsed. */
function mayTell(file: PastFile, [table, column]: readonly [table: string, column: string]): boolean {
  let lower = lowered.get(file);
  if (lower === undefined) {
    try {
      lower = file.read().toLowerCase();
    } catch {
      lower = ''; // it is told where the file is linted itself
    }
    lowered.set(file, lower);
  }
  return (
    lower.includes(table) &&
    (lower.includes(column) || /create\s+table|rename|schema/.test(lower)) &&
    // another table's column may be renamed to this one, which leaves it open; behind a backslash anything may begin
    (lower.includes('rename') || lower.includes('\\') || isAbout(lower, table))
  );
}

/** A dollar sign may go on a name, or end a string behind it. */
const WORD = /[\w\u0080-\uffff]/;
/** Within one line, both stand in the code, or both in one comment. */
const POINTED_TO = /references[ \t]+(?:"?[\w$]+"?\.)?"?$/;

/** Does a table's name stand there as a name of its own, and not only where a foreign key points to it? */
function isAbout(lower: string, table: string): boolean {
  // PostgreSQL has cut it: it goes on in the text
  if (Buffer.byteLength(table) >= 60) return true;
  for (let at = lower.indexOf(table); at >= 0; at = lower.indexOf(table, at + 1)) {
    if (WORD.test(lower.charAt(at - 1)) || WORD.test(lower.charAt(at + table.length))) continue;
    if (!POINTED_TO.test(lower.slice(Math.max(0, at - 100), at))) return true;
  }
  return false;
}
