/** What the guards of a DO block look for in the catalog. */
import {
  constantText,
  truncateName,
  type FactClass,
  type LintFile,
  type LintStatement,
  type Node,
} from '@idempotify/core';
import { literalAt, type Place, type Query } from './places.ts';

/** A column that holds names, and what has to be asked along with it so that the answer is about one object. */
interface NameColumn {
  /** 'a constraint', 'a table', 'an index', …: for messages. */
  readonly what: string;
  readonly cls: FactClass;
  /** The name is unique only within one table (or type), or within one schema. */
  readonly within: 'table' | 'type' | 'schema';
  /** Columns any of which narrows it down. */
  readonly by: readonly string[];
  /** What to add to the condition. */
  readonly add: string;
}

const TABLE = `'"User"'::regclass`;

const inSchema = (
  what: string,
  cls: FactClass,
  column: string,
  other: readonly string[] = [],
  cast = '',
): NameColumn => ({
  what,
  cls,
  within: 'schema',
  by: [column, ...other],
  add: `AND ${column} = 'public'${cast}`,
});
const onTable = (
  what: string,
  cls: FactClass,
  column: string,
  add: string,
  other: readonly string[] = [],
): NameColumn => ({
  what,
  cls,
  within: 'table',
  by: [column, ...other],
  add,
});

const INFO_CONSTRAINT = onTable('a constraint', 'constraint', 'table_name', `AND table_name = 'User'`);
const INFO_TABLE = inSchema('a table', 'relation', 'table_schema', ['constraint_schema']);

/** By relation and column; what stands in information_schema is found under that name. */
const NAMES: Readonly<Record<string, Readonly<Record<string, NameColumn>>>> = {
  pg_constraint: {
    conname: onTable('a constraint', 'constraint', 'conrelid', `AND conrelid = ${TABLE}`, ['contypid', 'conindid']),
  },
  pg_trigger: { tgname: onTable('a trigger', 'trigger', 'tgrelid', `AND tgrelid = ${TABLE}`) },
  pg_policy: { polname: onTable('a policy', 'policy', 'polrelid', `AND polrelid = ${TABLE}`) },
  pg_policies: {
    policyname: onTable('a policy', 'policy', 'tablename', `AND tablename = 'User'`),
    tablename: inSchema('a table', 'relation', 'schemaname'),
  },
  pg_rewrite: { rulename: onTable('a rule', 'rule', 'ev_class', `AND ev_class = ${TABLE}`) },
  pg_rules: {
    rulename: onTable('a rule', 'rule', 'tablename', `AND tablename = 'User'`),
    tablename: inSchema('a table', 'relation', 'schemaname'),
  },
  pg_attribute: { attname: onTable('a column', 'column', 'attrelid', `AND attrelid = ${TABLE}`) },
  pg_enum: {
    enumlabel: {
      what: 'an enum value',
      cls: 'label',
      within: 'type',
      by: ['enumtypid'],
      add: `AND enumtypid = '"Role"'::regtype`,
    },
  },
  pg_type: {
    typname: inSchema('a type', 'type', 'typnamespace', ['pg_type_is_visible', 'typrelid'], '::regnamespace'),
  },
  pg_class: { relname: inSchema('a relation', 'relation', 'relnamespace', ['pg_table_is_visible'], '::regnamespace') },
  pg_proc: {
    proname: inSchema('a function', 'function', 'pronamespace', ['pg_function_is_visible'], '::regnamespace'),
  },
  pg_tables: { tablename: inSchema('a table', 'relation', 'schemaname') },
  pg_views: { viewname: inSchema('a view', 'relation', 'schemaname') },
  pg_matviews: { matviewname: inSchema('a materialized view', 'relation', 'schemaname') },
  pg_sequences: { sequencename: inSchema('a sequence', 'relation', 'schemaname') },
  pg_indexes: {
    indexname: inSchema('an index', 'relation', 'schemaname'),
    tablename: inSchema('a table', 'relation', 'schemaname'),
  },
  'information_schema.tables': { table_name: INFO_TABLE },
  'information_schema.views': { table_name: INFO_TABLE },
  'information_schema.columns': {
    column_name: onTable('a column', 'column', 'table_name', `AND table_name = 'User'`),
    table_name: INFO_TABLE,
  },
  'information_schema.table_constraints': { constraint_name: INFO_CONSTRAINT, table_name: INFO_TABLE },
  'information_schema.key_column_usage': { constraint_name: INFO_CONSTRAINT, table_name: INFO_TABLE },
  'information_schema.constraint_column_usage': { constraint_name: INFO_CONSTRAINT, table_name: INFO_TABLE },
  'information_schema.triggers': {
    trigger_name: onTable('a trigger', 'trigger', 'event_object_table', `AND event_object_table = 'User'`),
  },
  'information_schema.sequences': { sequence_name: inSchema('a sequence', 'relation', 'sequence_schema') },
  'information_schema.routines': {
    routine_name: inSchema('a function', 'function', 'routine_schema', ['specific_schema']),
  },
};

/** `column = 'name'` somewhere in a query of the catalog. */
export interface Lookup {
  /** As it is written: 'information_schema.columns'. */
  readonly relation: string;
  readonly column: string;
  readonly of: NameColumn;
  /** Cut as PostgreSQL cuts it where it is compared with a name. */
  readonly name: string;
  /** Something in the query says which table or schema is meant. */
  readonly narrowed: boolean;
  /** Under a NOT: the guard wants that it is not there. */
  readonly negated: boolean;
  /** The constant. */
  readonly at: Place;
}

interface Compared {
  readonly column: readonly string[];
  readonly constants: readonly Node[];
}

const fieldsOf = (ref: Node): string[] => (ref.fields ?? []).map((field: Node) => field.String?.sval ?? '*');

/** `a = 'x'`, `'x' = a`, `a IN ('x', 'y')`, `a = ANY (ARRAY['x'])`. */
function compared(expr: Node): Compared | undefined {
  if (expr.name?.[0]?.String?.sval !== '=') return undefined;
  for (const [column, value] of [
    [expr.lexpr, expr.rexpr],
    [expr.rexpr, expr.lexpr],
  ]) {
    // a column of type name that is compared as text
    const ref = column?.ColumnRef ?? column?.TypeCast?.arg?.ColumnRef;
    if (!ref) continue;
    const constants: Node[] = value?.List?.items ?? value?.A_ArrayExpr?.elements ?? [value];
    return { column: fieldsOf(ref), constants };
  }
  return undefined;
}

const constantOf = (node: Node): Node => (node?.TypeCast ? constantOf(node.TypeCast.arg) : node?.A_Const);

/** All names of columns and functions below a node, and what is compared on this level. */
class Level {
  readonly names = new Set<string>();
  readonly comparisons: Compared[] = [];

  read(node: Node, own: boolean): void {
    if (typeof node !== 'object') return;
    for (const [tag, value] of Object.entries<Node>(node)) {
      for (const list of [value.fields, value.funcname]) this.names.add(list?.at(-1)?.String?.sval);
      const expr = own ? compared(value) : undefined;
      if (expr) this.comparisons.push(expr);
      this.read(value, own && tag !== 'SelectStmt');
    }
  }
}

interface Relation {
  readonly name: string;
  readonly alias: string;
}

function relationsOf(from: Node): Relation[] {
  return (from ?? []).flatMap((item: Node): Relation[] => {
    if (item?.JoinExpr) return relationsOf([item.JoinExpr.larg, item.JoinExpr.rarg]);
    const range = item?.RangeVar;
    if (!range) return [];
    const name: string =
      range.schemaname === 'information_schema' ? `information_schema.${range.relname}` : range.relname;
    if (
      range.schemaname !== undefined &&
      range.schemaname !== 'information_schema' &&
      range.schemaname !== 'pg_catalog'
    )
      return [];
    return [{ name, alias: range.alias?.aliasname ?? range.relname }];
  });
}

function lookupsIn(select: Node, negated: boolean, query: Query, text: string, out: Lookup[]): void {
  if (select.larg) {
    lookupsIn(select.larg, negated, query, text, out);
    lookupsIn(select.rarg, negated, query, text, out);
    return;
  }
  const relations = relationsOf(select.fromClause);
  const level = new Level();
  level.read([select.fromClause ?? [], select.whereClause ?? []], true);
  for (const { column: path, constants } of level.comparisons) {
    const column = path.at(-1) as string;
    const qualifier = path.at(-2);
    const relation = relations.find(
      ({ name, alias }) => NAMES[name]?.[column] && (qualifier === undefined || qualifier === alias),
    );
    const of = relation && NAMES[relation.name]?.[column];
    if (!of) continue;
    for (const item of constants) {
      const value = constantText(item);
      if (value === undefined) continue;
      out.push({
        relation: relation.name,
        column,
        of,
        name: truncateName(value),
        narrowed: of.by.some((name) => level.names.has(name)),
        negated,
        at: literalAt(text, query.offsetOf(constantOf(item).location ?? -1), query),
      });
    }
  }
  selectsBelow(select, negated, (inner, not) => lookupsIn(inner, not, query, text, out));
}

/** The queries in a query, and whether a NOT stands over each of them. */
function selectsBelow(node: Node, negated: boolean, visit: (select: Node, negated: boolean) => void): void {
  if (typeof node !== 'object') return;
  for (const [tag, value] of Object.entries<Node>(node)) {
    if (tag === 'SelectStmt') visit(value, negated);
    else selectsBelow(value, value.boolop === 'NOT_EXPR' ? !negated : negated, visit);
  }
}

/** Every name that a query looks for in the catalog. */
export function lookupsOf(query: Query, file: LintFile): readonly Lookup[] {
  const out: Lookup[] = [];
  lookupsIn(query.node, false, query, file.text, out);
  return out;
}

/** What a DO block looks for before it does something. */
export const lookupsOfBlock = (statement: LintStatement, file: LintFile): readonly Lookup[] =>
  file.codeOf(statement).questions.flatMap((question) => lookupsOf(question, file));
