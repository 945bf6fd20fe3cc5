/** Values of enums that a migration adds, and where it uses them. */
import { qualified, strings, walk, type Node, type QualifiedName, type Statement } from '@idempotify/core';
import { literalAt, type Place } from './places.ts';

export interface AddedValue {
  readonly type: QualifiedName;
  readonly value: string;
}

/** ALTER TYPE … ADD VALUE. */
export function addedValue({ tag, node }: Pick<Statement, 'tag' | 'node'>): AddedValue | undefined {
  if (tag !== 'AlterEnumStmt' || node.oldVal !== undefined) return undefined;
  return { type: qualified(strings(node.typeName)), value: node.newVal as string };
}

/** Statements that read literals as values of a column or of a type. What a function holds is read when it is called. */
const READING: ReadonlySet<string> = new Set([
  'InsertStmt',
  'UpdateStmt',
  'DeleteStmt',
  'MergeStmt',
  'SelectStmt',
  'CreateStmt',
  'CreateTableAsStmt',
  'AlterTableStmt',
  'AlterDomainStmt',
  'CreateDomainStmt',
  'IndexStmt',
  'ViewStmt',
  'CreatePolicyStmt',
  'AlterPolicyStmt',
  'CreateTrigStmt',
]);

const isOf = (typeName: Node, name: string): boolean => strings(typeName?.names).at(-1) === name;

/**
 * The literals in a statement that may be the value.
 * A cast or a new column says of which type a literal is; elsewhere nobody knows without the database, and equal texts count.
 */
export function usesOf({ type, value }: AddedValue, statement: Statement, text: string): readonly Place[] {
  if (!READING.has(statement.tag)) return [];
  const out: Place[] = [];
  walk(statement.node, (tag, node) => {
    if (tag === 'TypeCast' || tag === 'ColumnDef') return isOf(node.typeName, type.name);
    if (node.sval?.sval === value) out.push(literalAt(text, statement.offsetOf(node.location ?? -1), statement));
    return true;
  });
  return out;
}
