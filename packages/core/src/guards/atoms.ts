/**
 * Atoms: the yes/no questions that a guard can ask. They come from comparing the catalog before and after each statement: what
 * appeared, what went away, what changed. Each can be answered on the symbolic catalog (`test`) and on a server (`sql`), and the two
 * must agree.
 */
import type { Catalog, Obj, Spec } from '../model/catalog.ts';
import { isChild } from '../model/catalog.ts';
import { quoteLiteral } from '../quote.ts';
import { columnWhere, definedSql, kindSql, nameSql, presentSql, regclass } from './probe.ts';

export interface Atom {
  /** Equal keys ask the same. */
  readonly key: string;
  /** null: the symbolic catalog doesn't know. */
  test(catalog: Catalog): boolean | null;
  /** The SQL, true when `test` is true. `at` is the state that the guard meets when the statement has to run. */
  sql(at: Catalog): string;
  /** The SQL of the opposite. */
  notSql(at: Catalog): string;
  /** Lower is easier to read and closer to the effect. */
  readonly cost: number;
}

export function specOf(object: Obj, catalog: Catalog): Spec {
  const parent = catalog.get(object.parent);
  if (isChild(object.cls)) return { cls: object.cls, name: object.name, parent: parent && specOf(parent, catalog) };
  return { cls: object.cls, name: object.name, schema: object.schema === '' ? undefined : object.schema };
}

const negate = (sql: string): string =>
  sql.endsWith(' IS NOT NULL') && !sql.includes(' AND ') && !sql.includes('(SELECT')
    ? `${sql.slice(0, -' IS NOT NULL'.length)} IS NULL`
    : sql.startsWith('EXISTS (')
      ? `NOT ${sql}`
      : `(${sql}) IS NOT TRUE`;

function atom(key: string, cost: number, test: Atom['test'], sql: (at: Catalog) => string, wanted: boolean): Atom {
  if (wanted) return { key: `+${key}`, cost, test, sql, notSql: (at) => negate(sql(at)) };
  return {
    key: `-${key}`,
    cost: cost + 0.5,
    test: (catalog) => {
      const answer = test(catalog);
      return answer === null ? null : !answer;
    },
    sql: (at) => negate(sql(at)),
    notSql: sql,
  };
}

/**
 * The object of that name in a state. Another, older object of the parent's name may have had a child of this name: as long as not all
 * of its children are known, the answer is null.
 */
function lookUp(state: Catalog, spec: Spec, object: Obj, origin: Catalog): Obj | false | null {
  const found = state.find(spec);
  if (found) return found;
  // what a CASCADE ahead may take away may be here without our knowing
  const made = /^s(\d+):/.exec(object.id);
  if (made && state.cascadeAhead !== undefined && Number(made[1]) > state.cascadeAhead) return null;
  // a constraint that we only know by name may have an index of that name
  if (object.cls === 'relation' && object.kind === 'index') {
    const table = origin.get(object.parent);
    const there = table && state.find(specOf(table, origin));
    if (there && state.child(there, 'constraint', object.name)) return null;
  }
  for (let parent = origin.get(object.parent); parent; parent = origin.get(parent.parent)) {
    const holder = state.find(specOf(parent, origin));
    if (holder) return holder.id !== parent.id && !holder.complete ? null : false;
  }
  return false;
}

const specKey = (spec: Spec): string =>
  `${spec.parent ? specKey(spec.parent) + '/' : ''}${spec.cls}:${spec.schema ?? ''}.${spec.name}`;

/** An index counts on its own table only: tells of one that was found whether it stands on another. */
function indexOf(object: Obj, catalog: Catalog): (found: Obj, state: Catalog) => boolean {
  const parent = object.cls === 'relation' && object.kind === 'index' ? catalog.get(object.parent) : undefined;
  return (found, state) =>
    parent !== undefined && found.parent !== undefined && state.get(found.parent)?.name !== parent.name;
}

/** Is an object of this name there? */
export function presentAtom(object: Obj, catalog: Catalog, wanted: boolean): Atom | undefined {
  if (presentSql(object, catalog, catalog) === undefined) return undefined;
  const spec = specOf(object, catalog);
  const onOtherTable = indexOf(object, catalog);
  return atom(
    `present ${specKey(spec)}`,
    1,
    (state) => {
      const found = lookUp(state, spec, object, catalog);
      if (!found) return found;
      return !onOtherTable(found, state);
    },
    (at) => presentSql(object, catalog, at) as string,
    wanted,
  );
}

/** Is a relation of this name and kind there? */
function kindAtom(object: Obj, catalog: Catalog, wanted: boolean): Atom | undefined {
  if (object.cls !== 'relation' || kindSql(object, catalog) === undefined) return undefined;
  const spec = specOf(object, catalog);
  return atom(
    `kind ${object.kind} ${specKey(spec)}`,
    2,
    (state) => {
      const found = lookUp(state, spec, object, catalog);
      return found ? found.kind === object.kind : found;
    },
    (at) => kindSql(object, at) as string,
    wanted,
  );
}

/** Is it there with this definition? Unknown definitions of indexes, constraints, types and functions count as different: if they are the same after all, there is nothing to do. */
function definedAtom(object: Obj, catalog: Catalog, wanted: boolean): Atom | undefined {
  if (object.def === undefined || definedSql(object, catalog, catalog) === undefined) return undefined;
  const spec = specOf(object, catalog);
  const onOtherTable = indexOf(object, catalog);
  return atom(
    `defined ${specKey(spec)} ${object.def}`,
    3,
    (state) => {
      // partitions of one table can't overlap: an unknown bound is another one
      const found = object.cls === 'inherit' ? (state.find(spec) ?? false) : lookUp(state, spec, object, catalog);
      if (!found) return found;
      if (onOtherTable(found, state)) return false;
      return found.def === object.def && found.attrs['valid'] === object.attrs['valid'];
    },
    (at) => definedSql(object, catalog, at) as string,
    wanted,
  );
}

const ATTRIBUTES: Record<string, (value: string) => string | undefined> = {
  notnull: (value) => (value === 'true' ? 'attnotnull' : undefined),
  identity: (value) => (value === '' ? undefined : `attidentity <> ''`),
  generated: (value) => (value === '' ? undefined : `attgenerated <> ''`),
};

function columnTypeSql(object: Obj, catalog: Catalog, at: Catalog): string | undefined {
  const type = object.attrs['type'];
  const parent = catalog.get(object.parent);
  if (type === undefined || type === '' || !parent || parent.cls !== 'relation') return undefined;
  const user = object.attrs['typeName'];
  const array = type.endsWith('[]') ? '[]' : '';
  const typeObject = catalog.get(object.attrs['typeId']);
  const condition =
    user !== undefined
      ? `atttypid = to_regtype(${quoteLiteral((typeObject ? nameOfType(typeObject) : user.replace(/\[\]$/, '')) + array)})`
      : object.attrs['exact'] === 'false'
        ? `format_type(atttypid, NULL) = ${quoteLiteral(type)}`
        : `format_type(atttypid, atttypmod) = ${quoteLiteral(type)}`;
  return `EXISTS (SELECT FROM ${columnWhere(object.name, regclass(parent, at))} AND ${condition})`;
}

const nameOfType = (object: Obj): string => nameSql(object.written, object.name);

/** Has the column this type? A type that an earlier or later statement renames keeps its identity. */
function columnTypeAtom(object: Obj, catalog: Catalog): Atom | undefined {
  if (object.cls !== 'column' || columnTypeSql(object, catalog, catalog) === undefined) return undefined;
  const spec = specOf(object, catalog);
  const wantedName = typeNameAt(object, catalog);
  return atom(
    `type ${specKey(spec)} ${wantedName}`,
    2,
    (state) => {
      const found = lookUp(state, spec, object, catalog);
      if (!found) return found;
      const type = found.attrs['type'];
      if (type === undefined) return null;
      // the guard asks by the type's name, so a renamed type answers to its new name only
      return typeNameAt(found, state) === wantedName;
    },
    (at) => columnTypeSql(object, catalog, at) as string,
    true,
  );
}

/** The column's type by the name that it has in this state; `?` behind it when the typmod can't be compared. */
function typeNameAt(object: Obj, catalog: Catalog): string {
  const type = object.attrs['type'] ?? '';
  const typeObject = catalog.get(object.attrs['typeId']);
  if (!typeObject) return type;
  return `${typeObject.schema}.${typeObject.name}${type.endsWith('[]') ? '[]' : ''}`;
}

function attributeAtom(object: Obj, catalog: Catalog, attribute: string): Atom | undefined {
  const value = object.attrs[attribute] ?? '';
  const condition = ATTRIBUTES[attribute]?.(value);
  const parent = catalog.get(object.parent);
  if (object.cls !== 'column' || condition === undefined || !parent || parent.cls !== 'relation') return undefined;
  const spec = specOf(object, catalog);
  return atom(
    `${attribute}=${value} ${specKey(spec)}`,
    2,
    (state) => {
      const found = lookUp(state, spec, object, catalog);
      if (!found) return found;
      const there = found.attrs[attribute];
      // the SQL asks whether there is an expression or identity at all, not which
      return there === undefined ? null : attribute === 'notnull' ? there === value : there !== '';
    },
    (at) => `EXISTS (SELECT FROM ${columnWhere(object.name, regclass(parent, at))} AND ${condition})`,
    true,
  );
}

/** All questions that the step from `before` to `after` gives an answer to: each is false before and true after. */
export function atomsBetween(before: Catalog, after: Catalog, earlier: (spec: Spec) => boolean): Atom[] {
  const out: Atom[] = [];
  const add = (made: Atom | undefined): void => {
    if (made && made.test(before) !== true && made.test(after) === true) out.push(made);
  };
  // temporary objects are gone after a stop: they show nothing
  for (const object of after.objects.values()) {
    if (object.schema === 'pg_temp' || after.get(object.parent)?.schema === 'pg_temp') continue;
    // made with OR REPLACE or IF NOT EXISTS: it may have been there before
    if (object.attrs['maybe'] === 'true' || after.get(object.parent)?.attrs['maybe'] === 'true') continue;
    const old = before.objects.get(object.id);
    if (old === object) continue;
    // what comes with a new parent says no more than the parent, unless there was another one of its name
    const parent = after.get(object.parent);
    // the sequence of an identity may bear any name, and one of that name may be there: the column tells
    if (object.kind === 'sequence' && parent?.cls === 'column') continue;
    if (!old && parent && !before.objects.has(parent.id) && !earlier(specOf(parent, after))) continue;
    if (!old || old.name !== object.name || old.schema !== object.schema) {
      add(presentAtom(object, after, true));
      add(definedAtom(object, after, true));
      add(kindAtom(object, after, true));
      add(columnTypeAtom(object, after));
      if (object.cls === 'column')
        for (const attribute of Object.keys(ATTRIBUTES)) add(attributeAtom(object, after, attribute));
    } else {
      if (old.def !== object.def || old.attrs['valid'] !== object.attrs['valid']) add(definedAtom(object, after, true));
      if (old.attrs['type'] !== object.attrs['type'] || old.attrs['typeId'] !== object.attrs['typeId'])
        add(columnTypeAtom(object, after));
      for (const attribute of Object.keys(ATTRIBUTES))
        if (old.attrs[attribute] !== object.attrs[attribute]) add(attributeAtom(object, after, attribute));
    }
  }
  for (const object of before.objects.values()) {
    if (object.schema === 'pg_temp' || before.get(object.parent)?.schema === 'pg_temp') continue;
    // DROP IF EXISTS says nothing of what was there
    if (object.attrs['maybe'] === 'true') continue;
    const now = after.objects.get(object.id);
    if (now && now.name === object.name && now.schema === object.schema) continue;
    // a serial's sequence goes with its column, which is what a reader looks for
    if (
      object.kind === 'sequence' &&
      [object.parent ?? '', ...object.auto].some((id) => before.objects.has(id) && !after.objects.has(id))
    )
      continue;
    add(presentAtom(object, before, false));
    add(kindAtom(object, before, false));
    if (object.cls === 'function' || object.cls === 'constraint') add(definedAtom(object, before, false));
  }
  return out;
}
