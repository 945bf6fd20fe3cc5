/** Which statements of a file speak of the same things, as far as their words tell. */
import { objectName, rangeVar, strings, truncateName, type Node } from '../model/ast.ts';
import type { Statement } from '../parse/index.ts';

const isWord = (code: number): boolean =>
  (code >= 97 && code <= 122) ||
  (code >= 65 && code <= 90) ||
  (code >= 48 && code <= 57) ||
  code === 95 ||
  code === 36 ||
  code > 127;

/** Positions of the statements that mention a name. */
export class Mentions {
  readonly #text: string;
  readonly #statements: readonly Statement[];
  readonly #known = new Map<string, ReadonlySet<number>>();

  constructor(text: string, statements: readonly Statement[]) {
    this.#text = text.toLowerCase();
    this.#statements = statements;
  }

  of(name: string): ReadonlySet<number> {
    const wanted = name.toLowerCase();
    let found = this.#known.get(wanted);
    if (found) return found;
    const out = new Set<number>();
    const cut = Buffer.byteLength(name) >= 60;
    let statement = 0;
    for (let at = this.#text.indexOf(wanted); at >= 0; at = this.#text.indexOf(wanted, at + wanted.length)) {
      const end = at + wanted.length;
      // a name that PostgreSQL has cut goes on in the text
      if (isWord(this.#text.charCodeAt(at - 1)) || (!cut && isWord(this.#text.charCodeAt(end)))) continue;
      while (statement < this.#statements.length && (this.#statements[statement] as Statement).range.end <= at)
        statement++;
      const candidate = this.#statements[statement];
      if (!candidate) break;
      if (candidate.range.start <= at) out.add(statement);
    }
    this.#known.set(wanted, (found = out));
    return found;
  }
}

/** The names of what a statement takes away, renames or changes in a way that makes room for others; undefined = of anything. */
function roomMadeBy({ tag, node }: Statement): readonly string[] | undefined {
  const relation = (): string => rangeVar(node.relation).name;
  switch (tag) {
    case 'DropStmt':
      if (node.behavior === 'DROP_CASCADE' || node.removeType === 'OBJECT_SCHEMA') return undefined;
      return (node.objects as Node[]).map((item) =>
        item.List && ON_TABLE.has(node.removeType) ? (strings(item.List.items).at(-1) ?? '') : objectName(item).name,
      );
    case 'AlterTableStmt': {
      const commands: Node[] = (node.cmds ?? []).map((item: Node) => item.AlterTableCmd);
      if (commands.some(({ behavior }) => behavior === 'DROP_CASCADE')) return undefined;
      return commands.every(({ subtype }) => STAYS.has(subtype)) ? [] : [relation()];
    }
    case 'RenameStmt':
      return node.relation ? [relation(), truncateName(node.newname)] : undefined;
    default:
      return STAY.has(tag) ? [] : undefined;
  }
}

const ON_TABLE: ReadonlySet<string> = new Set(['OBJECT_TRIGGER', 'OBJECT_POLICY', 'OBJECT_RULE']);

/** Actions that take nothing away. */
const STAYS: ReadonlySet<string> = new Set([
  'AT_AddColumn',
  'AT_AddConstraint',
  'AT_ValidateConstraint',
  'AT_SetNotNull',
  'AT_EnableRowSecurity',
  'AT_ForceRowSecurity',
  'AT_ChangeOwner',
  'AT_AttachPartition',
]);
const STAY: ReadonlySet<string> = new Set([
  'TransactionStmt',
  'CreateStmt',
  'IndexStmt',
  'CreateEnumStmt',
  'CreateDomainStmt',
  'CompositeTypeStmt',
  'AlterEnumStmt',
  'CreateSeqStmt',
  'CreateTableAsStmt',
  'CreatePolicyStmt',
  'CreateSchemaStmt',
  'CreateExtensionStmt',
  'InsertStmt',
  'UpdateStmt',
  'DeleteStmt',
  'TruncateStmt',
  'CommentStmt',
  'GrantStmt',
  'RefreshMatViewStmt',
  'VacuumStmt',
  'ReindexStmt',
]);
/** CREATE OR REPLACE puts one definition in the place of another; what is temporary is gone by itself. */
function replaced({ tag, node }: Statement): readonly string[] | undefined {
  const made: Node = node.view ?? node.into?.rel ?? node.sequence ?? (tag === 'CreateStmt' ? node.relation : undefined);
  if (made?.relpersistence === 't') return [rangeVar(made).name];
  switch (tag) {
    case 'ViewStmt':
      return node.replace ? [rangeVar(node.view).name] : [];
    case 'CreateFunctionStmt':
      return node.replace ? [strings(node.funcname).at(-1) ?? ''] : [];
    case 'CreateTrigStmt':
      return node.replace ? [truncateName(node.trigname)] : [];
    default:
      return undefined;
  }
}

/**
 * The statements that may meet other things at a rerun than what they themselves have left: those that make room, and those that speak
 * of what these take away.
 */
export function entangled(statements: readonly Statement[], text: string): ReadonlySet<number> {
  const all = new Set(statements.keys());
  const out = new Set<number>();
  const mentions = new Mentions(text, statements);
  for (const [index, statement] of statements.entries()) {
    if (statement.tag === '' || statement.tag === 'VariableSetStmt') continue;
    const names = replaced(statement) ?? roomMadeBy(statement);
    if (names === undefined || names.some((name) => /["'\\&]/.test(name))) return all;
    if (names.length === 0) continue;
    out.add(index);
    for (const name of names) for (const other of mentions.of(name)) out.add(other);
  }
  // a search_path decides what the names mean
  if (out.size > 0) for (const [index, { tag }] of statements.entries()) if (tag === 'VariableSetStmt') out.add(index);
  return out;
}
