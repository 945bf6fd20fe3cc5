/** Texts of expressions and statements that mean the same to PostgreSQL and are printed in another way by another version. */
import { parseSql } from '@idempotify/core';

/** How a property of a kind becomes a statement that can be parsed; what is not here is compared letter by letter. */
const expression = (text: string): string => `SELECT ${text}`;
const itself = (text: string): string => text;
const wrap: Readonly<Record<string, Readonly<Record<string, (text: string) => string>>>> = {
  column: { default: expression, expression },
  domain: { default: expression },
  constraint: { definition: (text) => `ALTER TABLE t ADD CONSTRAINT c ${text}` },
  'domain constraint': { definition: (text) => `ALTER DOMAIN d ADD CONSTRAINT c ${text}` },
  index: { definition: itself },
  view: { definition: itself },
  'materialized view': { definition: itself },
  trigger: { definition: itself },
  rule: { definition: itself },
  statistics: { definition: itself },
  function: { definition: itself },
  policy: { using: expression, 'with check': expression },
};

/**
 * A form that is the same for texts of different versions:
 * - Since 16 the columns of a view with a single table are printed without its name (ruleutils.c no longer counts OLD and NEW).
 * - Since 14 functions with a syntax of their own are printed in it: `now() AT TIME ZONE 'utc'` was `timezone('utc'::text, now())`, and
 *   stays so in a database that was upgraded. EXTRACT was date_part() before 14.
 *
 * @param json the property as JSON
 * @returns `json` itself when it is no such property or does not parse
 */
export function canonical(kind: string, property: string, json: string): string {
  const statement = wrap[kind]?.[property];
  if (!statement) return json;
  const text: unknown = JSON.parse(json);
  if (typeof text !== 'string') return json;
  const { statements, problems } = parseSql(statement(text));
  if (problems.length > 0 || statements.length !== 1) return json;
  return JSON.stringify(plain(statements[0]!.node, undefined));
}

type Node = { readonly [name: string]: unknown };

/** What says where something stands or how it was written. */
const noise = new Set([
  'location',
  'stmt_location',
  'stmt_len',
  'list_start',
  'list_end',
  'funcformat',
  'rexpr_list_start',
]);

/** @param table the name of the only table of the query around it, if it has one */
function plain(value: unknown, table: string | undefined): unknown {
  if (Array.isArray(value)) return value.map((each) => plain(each, table));
  if (value === null || typeof value !== 'object') return value;
  const node = value as Node;
  // a SELECT; the two sides of a UNION have no name in the tree
  if ('limitOption' in node) return fields(node, onlyTable(node));
  if ('ColumnRef' in node) {
    const { fields: names } = (node as { ColumnRef: { fields?: readonly unknown[] } }).ColumnRef;
    const [first, ...rest] = names ?? [];
    const unqualified = rest.length > 0 && table !== undefined && nameOf(first) === table;
    return { ColumnRef: plain(unqualified ? rest : names, table) };
  }
  if ('FuncCall' in node) {
    const { FuncCall: call } = node as { FuncCall: Node };
    const names = ((call['funcname'] as readonly unknown[] | undefined) ?? []).map(nameOf);
    const bare = names.length === 2 && names[0] === 'pg_catalog' ? [names[1]] : names;
    const { funcname: _, ...others } = call;
    return { FuncCall: { name: bare[0] === 'extract' ? ['date_part'] : bare, ...fields(others, table) } };
  }
  if ('TypeCast' in node) {
    // a literal is text anyway where a function takes text
    const { TypeCast: cast } = node as { TypeCast: Node };
    const names = ((cast['typeName'] as { names?: readonly unknown[] } | undefined)?.names ?? []).map(nameOf);
    const literal = (cast['arg'] as Node | undefined)?.['A_Const'] as Node | undefined;
    if (names.at(-1) === 'text' && literal && 'sval' in literal) return plain(cast['arg'], table);
  }
  return fields(node, table);
}

const fields = (node: Node, table: string | undefined): Node =>
  Object.fromEntries(
    Object.entries(node).flatMap(([name, value]) => (noise.has(name) ? [] : [[name, plain(value, table)]])),
  );

const nameOf = (node: unknown): string | undefined =>
  (node as { String?: { sval?: string } } | undefined)?.String?.sval;

function onlyTable(select: Node): string | undefined {
  const from = select['fromClause'] as readonly Node[] | undefined;
  if (from?.length !== 1) return undefined;
  const range = from[0]?.['RangeVar'] as { relname?: string; alias?: { aliasname?: string } } | undefined;
  return range?.alias?.aliasname ?? range?.relname;
}
