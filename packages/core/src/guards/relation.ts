/** Columns and constraints of relations: shared by CREATE TABLE and ALTER TABLE. */
import { fingerprint, rangeVar, strings, truncateName, type Node } from '../model/ast.ts';
import { StepError, type Catalog, type Obj, type Spec } from '../model/catalog.ts';
import type { Run } from '../model/effect.ts';
import { chooseName, columnsAddition, makeObjectName } from '../model/names.ts';
import { typeText } from '../model/types.ts';
import { quoteIdent } from '../quote.ts';
import { collectRefs, dependencies } from './refs.ts';
import { nameSql } from './probe.ts';

export interface ColumnInfo {
  readonly attrs: Record<string, string>;
  readonly deps: string[];
}

/** The type part of a column's attributes. */
export function typeAttributes(catalog: Catalog, typeName: Node): ColumnInfo {
  const type = typeText(typeName);
  const attrs: Record<string, string> = { type: type.text };
  const deps: string[] = [];
  if (!type.exact) attrs['exact'] = 'false';
  if (type.user) {
    attrs['typeName'] = nameSql(type.user.schema, type.user.name) + type.user.array;
    const object = catalog.peek({ cls: 'type', schema: type.user.schema, name: type.user.name });
    if (object) {
      attrs['typeId'] = object.id;
      deps.push(object.id);
    }
  }
  return { attrs, deps };
}

const constraintsOf = (def: Node): Node[] => (def.constraints ?? []).map((item: Node) => item.Constraint);

/** Adds a column with its inline constraints and its sequence. Throws when it exists. */
export function addColumn(catalog: Catalog, run: Run, table: Obj, tableSpec: Spec, def: Node, maybeThere = false): Obj {
  const name = truncateName(def.colname);
  const type = typeText(def.typeName);
  const { attrs, deps } = typeAttributes(catalog, def.typeName);
  attrs['notnull'] = 'false';
  attrs['default'] = '';
  attrs['identity'] = '';
  attrs['generated'] = '';
  const constraints = constraintsOf(def);
  for (const constraint of constraints) {
    switch (constraint.contype) {
      case 'CONSTR_NOTNULL':
      case 'CONSTR_PRIMARY':
        attrs['notnull'] = 'true';
        break;
      case 'CONSTR_DEFAULT':
        attrs['default'] = fingerprint(constraint.raw_expr);
        deps.push(...dependencies(collectRefs(constraint.raw_expr), catalog).filter((id) => id !== table.id));
        break;
      case 'CONSTR_IDENTITY':
        attrs['identity'] = String(constraint.generated_when ?? 'd');
        attrs['notnull'] = 'true';
        break;
      case 'CONSTR_GENERATED':
        attrs['generated'] = fingerprint(constraint.raw_expr);
        break;
    }
  }
  if (type.serial) {
    attrs['notnull'] = 'true';
    attrs['default'] = 'nextval';
  }
  const columnId = run.id(`column ${table.id}.${name}`);
  const column = catalog.create(
    { cls: 'column', name, parent: tableSpec },
    columnId,
    { attrs, deps, parent: table.id, kind: 'column' },
    maybeThere,
  );
  if (type.serial || attrs['identity'] !== '') addSequence(catalog, run, table, column);
  for (const constraint of constraints) addConstraint(catalog, run, table, tableSpec, constraint, [name]);
  return column;
}

/** The sequence that comes with serial and identity columns. */
export function addSequence(catalog: Catalog, run: Run, table: Obj, column: Obj): void {
  const taken = (candidate: string): boolean =>
    catalog.find({ cls: 'relation', schema: table.schema, name: candidate }) !== undefined;
  const name = chooseName(table.name, column.name, 'seq', taken);
  const made = catalog.create(
    { cls: 'relation', kind: 'sequence', name, schema: table.schema },
    run.id(`sequence ${column.id}`),
    { parent: column.id, kind: 'sequence', schema: table.schema },
  );
  catalog.update(made, {});
}

const ACTION: Record<string, string> = { r: ' RESTRICT', c: ' CASCADE', n: ' SET NULL', d: ' SET DEFAULT' };

const columnList = (names: readonly string[]): string => `(${names.map(quoteIdent).join(', ')})`;

/** The primary key's columns, when they are known. */
function primaryKey(catalog: Catalog, table: Obj): string[] | undefined {
  for (const constraint of catalog.children(table.id, 'constraint'))
    if (constraint.kind === 'p' && constraint.attrs['columns'])
      return JSON.parse(constraint.attrs['columns']) as string[];
  return undefined;
}

const KIND: Record<string, string> = {
  CONSTR_PRIMARY: 'p',
  CONSTR_UNIQUE: 'u',
  CONSTR_FOREIGN: 'f',
  CONSTR_CHECK: 'c',
  CONSTR_EXCLUSION: 'x',
  CONSTR_NOTNULL: 'n',
};

/** Adds a table or column constraint under the name that PostgreSQL gives it. Throws when that name is taken. */
export function addConstraint(
  catalog: Catalog,
  run: Run,
  table: Obj,
  tableSpec: Spec,
  node: Node,
  inline?: readonly string[],
): Obj | undefined {
  const kind = KIND[node.contype];
  // an inline NOT NULL is an attribute of its column
  if (kind === undefined || (kind === 'n' && inline)) return undefined;
  let columns: string[] = inline ? [...inline] : strings(kind === 'f' ? node.fk_attrs : node.keys);
  let label = 'check';
  let addition: string | undefined;
  const attrs: Record<string, string> = {
    valid: node.skip_validation || (kind === 'f' && node.initially_valid === false) ? 'false' : 'true',
  };
  const deps: string[] = [];
  let def: string | undefined;
  const deferrable = (node.deferrable ? ' DEFERRABLE' : '') + (node.initdeferred ? ' INITIALLY DEFERRED' : '');
  const including = strings(node.including);
  const index = node.indexname
    ? catalog.adopt(
        catalog.need({
          cls: 'relation',
          kind: 'index',
          name: truncateName(node.indexname),
          schema: tableSpec.schema ?? table.schema,
        }),
        table.id,
      )
    : undefined;
  if (index?.attrs['columns']) columns = JSON.parse(index.attrs['columns']) as string[];
  switch (kind) {
    case 'p':
      label = 'pkey';
      if (columns.length > 0)
        def = `PRIMARY KEY ${columnList(columns)}${including.length ? ` INCLUDE ${columnList(including)}` : ''}${deferrable}`;
      for (const other of catalog.children(table.id, 'constraint'))
        if (other.kind === 'p') throw new StepError(`multiple primary keys for "${table.name}"`);
      break;
    case 'u':
      label = 'key';
      addition = columnsAddition(columns);
      if (columns.length > 0)
        def = `UNIQUE ${node.nulls_not_distinct ? 'NULLS NOT DISTINCT ' : ''}${columnList(columns)}${including.length ? ` INCLUDE ${columnList(including)}` : ''}${deferrable}`;
      break;
    case 'f': {
      label = 'fkey';
      addition = columnsAddition(columns);
      const target = rangeVar(node.pktable);
      const other =
        target.name === table.name && (target.schema ?? table.schema) === table.schema
          ? table
          : catalog.need({ cls: 'relation', kind: 'table', ...target });
      attrs['refId'] = other.id;
      const written = strings(node.pk_attrs);
      const targetColumns = written.length > 0 ? written : primaryKey(catalog, other);
      for (const column of written)
        if (other.complete && !catalog.child(other, 'column', column))
          catalog.need({ cls: 'column', name: column, parent: { cls: 'relation', ...target } });
      deps.push(other.id);
      const key = [...catalog.children(other.id)].find(
        (candidate) =>
          (candidate.kind === 'p' ||
            candidate.kind === 'u' ||
            (candidate.kind === 'index' && candidate.attrs['unique'] === 'true')) &&
          candidate.attrs['columns'] === JSON.stringify(targetColumns ?? null),
      );
      if (key && other.id !== table.id) deps.push(key.id);
      if (targetColumns && !node.fk_period && (node.fk_del_set_cols ?? []).length === 0) {
        const match = node.fk_matchtype === 'f' ? ' MATCH FULL' : '';
        const onUpdate = ACTION[node.fk_upd_action] ? ` ON UPDATE${ACTION[node.fk_upd_action]}` : '';
        const onDelete = ACTION[node.fk_del_action] ? ` ON DELETE${ACTION[node.fk_del_action]}` : '';
        def =
          `FOREIGN KEY ${columnList(columns)} REFERENCES %s${columnList(targetColumns)}`.replaceAll(/%(?!s\()/g, '%%') +
          match +
          onUpdate +
          onDelete +
          deferrable;
      }
      break;
    }
    case 'x':
      label = 'excl';
      columns = (node.exclusions ?? []).map((item: Node) => item?.List?.items?.[0]?.IndexElem?.name).filter(Boolean);
      addition = columnsAddition(columns);
      break;
    case 'n':
      label = 'not_null';
      addition = columns[0];
      if (columns[0] !== undefined) {
        def = `NOT NULL ${quoteIdent(columns[0])}`;
        const column = catalog.need({ cls: 'column', name: columns[0], parent: tableSpec });
        attrs['inherit'] = node.is_no_inherit ? 'false' : 'true';
        // PostgreSQL 18, the first that takes this, passes over a column's constraint that is there already
        for (const there of catalog.children(table.id, 'constraint')) {
          if (there.kind !== 'n' || there.attrs['columns'] !== JSON.stringify(columns)) continue;
          const named = !node.conname || there.name === truncateName(node.conname);
          if (!named && column.attrs['notnull'] === 'true')
            throw new StepError(`column "${column.name}" has the not-null constraint "${there.name}"`);
          if (
            !named ||
            there.attrs['inherit'] !== attrs['inherit'] ||
            (there.attrs['valid'] !== 'true' && attrs['valid'] === 'true')
          )
            continue;
          if (!node.skip_validation) catalog.set(column, 'notnull', 'true');
          return there;
        }
        if (!node.skip_validation) catalog.set(column, 'notnull', 'true');
      }
      break;
    default: {
      const refs = [...new Set(collectRefs(node.raw_expr).columns.map((column) => column.name))];
      columns = refs.filter((column) => column !== '*');
      addition = columns.length === 1 ? columns[0] : undefined;
      deps.push(...dependencies(collectRefs(node.raw_expr), catalog));
    }
  }
  const taken = (candidate: string): boolean =>
    catalog.child(table, 'constraint', candidate) !== undefined ||
    (kind !== 'c' &&
      kind !== 'f' &&
      kind !== 'n' &&
      catalog.find({ cls: 'relation', schema: table.schema, name: candidate }) !== undefined);
  const name = node.conname
    ? truncateName(node.conname)
    : kind === 'p'
      ? makeObjectName(table.name, undefined, 'pkey')
      : chooseName(table.name, addition, label, taken);
  if (
    run.rerun &&
    !catalog.world &&
    attrs['valid'] === 'true' &&
    kind !== 'n' &&
    !inline &&
    // where PostgreSQL has to choose another name, the one of the first run is there still
    (node.conname || kind === 'p' || name === chooseName(table.name, addition, label, () => false)) &&
    !table.id.startsWith(run.id('')) &&
    !catalog.child(table, 'constraint', name) &&
    !catalog.hasDropped(table, 'constraint', name)
  ) {
    // it was there when the statement had run and is gone: rows written since may break it
    throw new StepError(`constraint "${name}" was dropped again; rows written since may violate it`);
  }
  const auto = columns
    .map((column) => catalog.child(table, 'column', column)?.id)
    .filter((id): id is string => id !== undefined);
  attrs['columns'] = JSON.stringify(columns);
  if (!node.conname) attrs['auto'] = 'true';
  if (kind === 'c' || kind === 'x') attrs['source'] = fingerprint(node.raw_expr ?? node.exclusions);
  const created = catalog.create(
    { cls: 'constraint', name, parent: tableSpec },
    run.id(`constraint ${table.id}.${name}`),
    { kind, def, attrs, deps, auto, parent: table.id },
  );
  if (kind === 'p')
    for (const column of columns) {
      const found = catalog.child(table, 'column', column);
      if (found) catalog.set(found, 'notnull', 'true');
    }
  if (kind === 'p' || kind === 'u' || kind === 'x') {
    if (index) {
      // the index is renamed and belongs to the constraint from now on
      const renamed = catalog.rename(index, name, index.schema);
      catalog.update(renamed, { auto: [...renamed.auto, created.id], attrs: { ...renamed.attrs, owner: created.id } });
    } else {
      catalog.create(
        { cls: 'relation', kind: 'index', name, schema: table.schema },
        run.id(`index ${table.id}.${name}`),
        {
          kind: 'index',
          parent: table.id,
          schema: table.schema,
          auto: [created.id],
          attrs: { owner: created.id, columns: JSON.stringify(columns) },
        },
      );
    }
  }
  return created;
}

/** The bound of a partition as pg_get_expr prints it without quotes; undefined when the server would write the values in another way. */
export function boundText(bound: Node): string | undefined {
  if (!bound) return undefined;
  if (bound.is_default) return 'DEFAULT';
  const value = (item: Node): string | undefined => {
    const column = item?.ColumnRef?.fields?.[0]?.String?.sval;
    if (column === 'minvalue' || column === 'maxvalue') return column.toUpperCase();
    const constant = item?.A_Const;
    if (constant?.ival) return String(constant.ival.ival ?? 0);
    return undefined;
  };
  const list = (items: Node): string | undefined => {
    const values = (items ?? []).map(value);
    return values.includes(undefined) ? undefined : values.join(', ');
  };
  if (bound.strategy === 'h')
    return `FOR VALUES WITH (modulus ${bound.modulus ?? 0}, remainder ${bound.remainder ?? 0})`;
  if (bound.strategy === 'r') {
    const lower = list(bound.lowerdatums);
    const upper = list(bound.upperdatums);
    return lower === undefined || upper === undefined ? undefined : `FOR VALUES FROM (${lower}) TO (${upper})`;
  }
  const values = list(bound.listdatums);
  return values === undefined ? undefined : `FOR VALUES IN (${values})`;
}
