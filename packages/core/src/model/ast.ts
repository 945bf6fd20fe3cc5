/**
 * Small readers over libpg-query's JSON tree. The tree is PostgreSQL's own parse tree (src/include/nodes/parsenodes.h); a field that
 * has its zero value is missing from the JSON, so every access is optional.
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the tree is JSON whose shape PostgreSQL defines per node
export type Node = any;

/** NAMEDATALEN - 1 bytes: PostgreSQL cuts longer identifiers silently (docs: 4.1.1 Identifiers and Key Words). */
export function truncateName(name: string): string {
  if (name.length <= 15 || Buffer.byteLength(name) <= 63) return name;
  return clipBytes(name, 63);
}

/** pg_mbcliplen: at most `limit` UTF-8 bytes, never half a character. */
export function clipBytes(text: string, limit: number): string {
  let bytes = 0;
  let out = '';
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > limit) break;
    out += character;
  }
  return out;
}

/** The strings of a List of String nodes: a possibly qualified name. */
export function strings(list: Node): string[] {
  return (list ?? []).map((item: Node) => truncateName(item?.String?.sval ?? ''));
}

export interface QualifiedName {
  readonly schema: string | undefined;
  readonly name: string;
}

/** `a`, `s.a` or `db.s.a` as a schema and a name. */
export function qualified(parts: readonly string[]): QualifiedName {
  return { schema: parts.length > 1 ? parts[parts.length - 2] : undefined, name: parts[parts.length - 1] ?? '' };
}

/** A RangeVar (a relation as it is written in the statement). */
export function rangeVar(node: Node): QualifiedName {
  return {
    schema: node?.schemaname ? truncateName(node.schemaname) : node?.relpersistence === 't' ? 'pg_temp' : undefined,
    name: truncateName(node?.relname ?? ''),
  };
}

/** Any object name as DropStmt, CommentStmt and RenameStmt hold it: String, List, TypeName or ObjectWithArgs. */
export function objectName(node: Node): QualifiedName {
  if (node?.String) return qualified([truncateName(node.String.sval)]);
  if (node?.List) return qualified(strings(node.List.items));
  if (node?.TypeName) return qualified(strings(node.TypeName.names));
  if (node?.ObjectWithArgs) return qualified(strings(node.ObjectWithArgs.objname));
  return { schema: undefined, name: '' };
}

/** Calls `visit` for every tagged node below `node` (depth first); a visitor that returns false is not descended into. */
export function walk(node: Node, visit: (tag: string, node: Node) => boolean | void): void {
  if (node === null || typeof node !== 'object') return;
  if (Array.isArray(node)) {
    for (const item of node) walk(item, visit);
    return;
  }
  for (const key in node) {
    const value = node[key];
    if (value === null || typeof value !== 'object') continue;
    const first = key.charCodeAt(0);
    if (first >= 65 && first <= 90 && visit(key, value) === false) continue;
    walk(value, visit);
  }
}

/** The value of an A_Const as text, or undefined for anything else (a cast of a constant counts as the constant). */
export function constantText(node: Node): string | undefined {
  if (node?.TypeCast) return constantText(node.TypeCast.arg);
  const constant = node?.A_Const;
  if (!constant) return undefined;
  if (constant.isnull) return 'NULL';
  if (constant.sval) return constant.sval.sval ?? '';
  if (constant.ival) return String(constant.ival.ival ?? 0);
  if (constant.fval) return String(constant.fval.fval);
  if (constant.boolval) return constant.boolval.boolval ? 'true' : 'false';
  return undefined;
}

/** The conditions that a WHERE joins by AND. */
export const conjuncts = (where: Node): Node[] =>
  where?.BoolExpr?.boolop === 'AND_EXPR' ? where.BoolExpr.args : where ? [where] : [];

/** The value of a DefElem's argument as text. */
export function defElemText(def: Node): string | undefined {
  const arg = def?.arg;
  if (!arg) return undefined;
  if (arg.String) return arg.String.sval ?? '';
  if (arg.Integer) return String(arg.Integer.ival ?? 0);
  if (arg.Float) return String(arg.Float.fval);
  if (arg.Boolean) return arg.Boolean.boolval ? 'true' : 'false';
  if (arg.TypeName) return strings(arg.TypeName.names).join('.');
  if (arg.List) return strings(arg.List.items).join('.');
  return undefined;
}

const fingerprints = new WeakMap<object, string>();

/** A stable text of a subtree without its positions: two equal texts are the same SQL but for layout. */
export function fingerprint(node: Node): string {
  if (node === null || typeof node !== 'object') return JSON.stringify(node);
  let text = fingerprints.get(node as object);
  if (text === undefined) fingerprints.set(node as object, (text = written(node)));
  return text;
}

function written(node: Node): string {
  if (node === null || typeof node !== 'object') return JSON.stringify(node ?? null);
  if (Array.isArray(node)) return `[${node.map(written).join(',')}]`;
  let out = '';
  for (const key in node) {
    const value: unknown = node[key];
    if (value === undefined || key === 'location' || key === 'stmt_len' || key.endsWith('_location')) continue;
    out += `${out === '' ? '' : ','}"${key}":${written(value)}`;
  }
  return `{${out}}`;
}
