/** What type a column has, as far as the file and the migrations before it tell. */
import { rangeVar, truncateName, type Node, type QualifiedName } from '../model/ast.ts';
import type { Catalog } from '../model/catalog.ts';
import { exactType } from '../model/types.ts';
import type { LintStatement } from './types.ts';

/** Not known, and nothing earlier can tell. */
const UNKNOWN = { type: undefined };

/** What one statement makes of the column's type; undefined when it leaves it alone. */
function typeAfter(
  { tag, node, conditional }: LintStatement,
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
 * @param history what earlier migrations left; only asked when the statements leave it open
 * @returns as format_type prints it: `character varying(20)`
 */
export function columnTypeBefore(
  before: readonly LintStatement[],
  history: () => Catalog | undefined,
  table: QualifiedName,
  column: string,
): string | undefined {
  for (let index = before.length - 1; index >= 0; index--) {
    const after = typeAfter(before[index] as LintStatement, table, column);
    if (after) return after.type;
  }
  const found = history()?.find({ cls: 'column', name: column, parent: { cls: 'relation', ...table } });
  return found?.attrs['exact'] === 'false' ? undefined : found?.attrs['type'];
}
