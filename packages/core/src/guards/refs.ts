/** What an expression or query refers to: relations, columns, types, functions. */
import { constantText, qualified, rangeVar, strings, walk, type Node, type QualifiedName } from '../model/ast.ts';
import { StepError, type Catalog, type Obj, type Spec } from '../model/catalog.ts';
import { typeText } from '../model/types.ts';

export interface Refs {
  readonly relations: (QualifiedName & { readonly alias: string | undefined })[];
  /** Column references as written: the last name, and the qualifier before it. */
  readonly columns: { readonly qualifier: string | undefined; readonly name: string }[];
  readonly functions: QualifiedName[];
  readonly types: QualifiedName[];
  /** Relations named by a string: nextval('s'), 's'::regclass. */
  readonly named: QualifiedName[];
  /** Functions whose value changes from call to call, or that change something themselves. */
  volatile: boolean;
  /** The clock: the same within a transaction, another value on a rerun. */
  clock: boolean;
  /** A query that looks at rows in an order or number of its own. */
  subquery: boolean;
}

const VOLATILE = new Set([
  'random',
  'gen_random_uuid',
  'uuid_generate_v4',
  'uuid_generate_v1',
  'uuid_generate_v1mc',
  'uuidv4',
  'uuidv7',
  'nextval',
  'setval',
  'clock_timestamp',
  'timeofday',
  'gen_random_bytes',
  'random_normal',
  'txid_current',
  'pg_current_xact_id',
  'cuid',
  'nanoid',
  'gen_salt',
]);
const SEQUENCE = new Set(['nextval', 'currval', 'setval']);
const CLOCK = new Set(['now', 'transaction_timestamp', 'statement_timestamp']);

/** Functions of pg_catalog that migrations use and that never change rows; a function not listed may do anything. */
export const HARMLESS = new Set(
  (
    'set_config current_setting to_regclass to_regtype format coalesce lower upper length trim btrim ltrim rtrim replace regexp_replace split_part substring substr concat concat_ws ' +
    'count max min sum avg array_agg string_agg json_agg jsonb_agg jsonb_object_agg json_object_agg bool_and bool_or row_number rank dense_rank lag lead first_value last_value ntile ' +
    'jsonb_build_object json_build_object jsonb_build_array json_build_array jsonb_set jsonb_insert to_jsonb to_json jsonb_array_elements jsonb_array_elements_text jsonb_each jsonb_each_text jsonb_object_keys jsonb_array_length ' +
    'jsonb_typeof jsonb_strip_nulls jsonb_extract_path jsonb_extract_path_text json_array_elements json_array_elements_text unnest array_append array_remove array_cat array_length array_position array_to_string string_to_array cardinality ' +
    'generate_series date_trunc date_part extract age make_interval make_date to_char to_date to_timestamp to_number abs round floor ceil ceiling greatest least nullif md5 sha256 digest encode decode left right lpad rpad reverse ' +
    'strpos position starts_with ascii chr initcap translate quote_ident quote_literal mod power sqrt exp ln log sign trunc width_bucket exists timezone pg_get_serial_sequence now transaction_timestamp statement_timestamp hashtext ' +
    'to_tsvector to_tsquery plainto_tsquery setweight similarity st_makepoint st_setsrid regexp_matches regexp_match regexp_split_to_array regexp_split_to_table obj_description current_schema current_database version pg_typeof overlay repeat bit_length octet_length char_length character_length'
  ).split(' '),
);

/** A relation's name as text, as regclass reads it: `s`, `public.s`, `"S"`; undefined for what is no such name (an OID). */
function relationText(text: string): QualifiedName | undefined {
  if (!/^\s*(?:[a-z_][\w$]*|"(?:[^"]|"")+")(?:\s*\.\s*(?:[a-z_][\w$]*|"(?:[^"]|"")+"))?\s*$/i.test(text))
    return undefined;
  return qualified(
    [...text.matchAll(/"((?:[^"]|"")+)"|[\w$]+/g)].map(([plain, inside]) =>
      inside === undefined ? plain.toLowerCase() : inside.replaceAll('""', '"'),
    ),
  );
}

/** Collects references; names bound by WITH are not relations. */
export function collectRefs(node: Node): Refs {
  const refs: Refs = {
    relations: [],
    columns: [],
    functions: [],
    types: [],
    named: [],
    volatile: false,
    clock: false,
    subquery: false,
  };
  const nameRelation = (node: Node): void => {
    const name = relationText(constantText(node) ?? '');
    if (name) refs.named.push(name);
  };
  const bound = new Set<string>();
  walk(node, (tag, value) => {
    if (tag === 'CommonTableExpr') bound.add(value.ctename);
  });
  walk(node, (tag, value) => {
    switch (tag) {
      case 'RangeVar':
        if (value.schemaname || !bound.has(value.relname))
          refs.relations.push({ ...rangeVar(value), alias: value.alias?.aliasname });
        break;
      case 'ColumnRef': {
        const names = (value.fields ?? [])
          .map((field: Node) => field?.String?.sval)
          .filter((name: unknown) => typeof name === 'string') as string[];
        const star = (value.fields ?? []).some((field: Node) => field?.A_Star);
        const name = star ? '*' : names[names.length - 1];
        if (name !== undefined)
          refs.columns.push({ qualifier: star ? names[names.length - 1] : names[names.length - 2], name });
        break;
      }
      case 'FuncCall': {
        const name = qualified(strings(value.funcname));
        refs.functions.push(name);
        if (VOLATILE.has(name.name)) refs.volatile = true;
        if (CLOCK.has(name.name)) refs.clock = true;
        if (SEQUENCE.has(name.name)) nameRelation(value.args?.[0]);
        break;
      }
      case 'TypeCast':
        if (value.typeName?.names?.at(-1)?.String?.sval === 'regclass') nameRelation(value.arg);
        break;
      case 'SQLValueFunction':
        if (/CURRENT_(DATE|TIME)|LOCALTIME/.test(String(value.op))) refs.clock = true;
        break;
      case 'TypeName': {
        const user = typeText(value).user;
        if (user) refs.types.push({ schema: user.schema, name: user.name });
        break;
      }
      case 'SubLink':
      case 'RangeSubselect':
        refs.subquery = true;
        break;
    }
    return undefined;
  });
  return refs;
}

/** The first function of that name, whatever its arguments. */
export function findFunction(catalog: Catalog, name: QualifiedName): Obj | undefined {
  return catalog.functionNamed(name.name, name.schema);
}

/** The ids of what these references resolve to, as far as the catalog knows it. */
export function dependencies(refs: Refs, catalog: Catalog): string[] {
  const ids = new Set<string>();
  const tables: Obj[] = [];
  for (const relation of refs.relations) {
    const found = catalog.peek({ cls: 'relation', ...relation });
    if (found) {
      ids.add(found.id);
      tables.push(found);
    }
  }
  for (const column of refs.columns)
    for (const table of tables) {
      const found = catalog.child(table, 'column', column.name);
      if (found) ids.add(found.id);
    }
  for (const name of refs.functions) {
    const found = findFunction(catalog, name);
    if (found) ids.add(found.id);
  }
  for (const name of refs.types) {
    const found = catalog.peek({ cls: 'type', ...name });
    if (found) ids.add(found.id);
  }
  return [...ids];
}

/** Requires all relations that a query reads to be there. */
export function needRelations(refs: Refs, catalog: Catalog, except?: Spec): Obj[] {
  const out: Obj[] = [];
  for (const relation of refs.relations) {
    if (except && relation.name === except.name && relation.schema === except.schema) continue;
    if (
      relation.schema === 'pg_catalog' ||
      relation.schema === 'information_schema' ||
      (relation.schema === undefined &&
        relation.name.startsWith('pg_') &&
        !catalog.find({ cls: 'relation', ...relation }))
    )
      continue;
    out.push(catalog.need({ cls: 'relation', kind: 'table', ...relation }));
  }
  return out;
}

/** The columns and functions that a query names, as they were when it first ran: on a rerun they have to be there still. */
export interface Needs {
  check(catalog: Catalog): void;
}

export function needsOf(refs: Refs, written: readonly string[], target: Spec | undefined): Needs {
  let known: { spec: Spec; type: string; column: string }[] | undefined;
  let others: string[] | undefined;
  const typeOf = (catalog: Catalog, object: Obj): string => {
    const type = catalog.get(object.attrs['typeId']);
    return type ? `#${type.id}` : (object.attrs['type'] ?? '');
  };
  return {
    check(catalog) {
      if (catalog.world || catalog.recording) {
        known = [];
        others = [];
        const tables: Spec[] = [
          ...(target ? [target] : []),
          ...refs.relations.map((relation): Spec => ({
            cls: 'relation',
            schema: relation.schema,
            name: relation.name,
          })),
        ];
        for (const spec of tables) {
          const table = catalog.find(spec);
          if (!table) continue;
          const names = new Set([...refs.columns.map((column) => column.name), ...(spec === target ? written : [])]);
          for (const name of names) {
            const column = catalog.child(table, 'column', name);
            if (column)
              known.push({ spec: { cls: 'column', name, parent: spec }, type: typeOf(catalog, column), column: name });
          }
        }
        for (const name of refs.functions) {
          const found = findFunction(catalog, name);
          if (found) others.push(found.id);
        }
        for (const name of refs.named) {
          const found = catalog.find({ cls: 'relation', ...name });
          if (found) others.push(found.id);
        }
        return;
      }
      for (const need of known ?? []) {
        const column = catalog.need(need.spec);
        const type = typeOf(catalog, column);
        if (type !== need.type && !/^(text|character varying)/.test(type))
          throw new StepError(`column "${need.column}" has another type by then`);
      }
      for (const id of others ?? [])
        if (!catalog.get(id)) throw new StepError('a function or sequence that it uses is gone by then');
    },
  };
}
