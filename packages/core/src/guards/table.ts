/** CREATE TABLE in all its forms, CREATE TABLE AS, SELECT INTO, CREATE FOREIGN TABLE. */
import { fingerprint, rangeVar, strings, type Node } from '../model/ast.ts';
import type { Catalog, Obj, Spec } from '../model/catalog.ts';
import type { Effect, Reader, ReaderInput, Run } from '../model/effect.ts';
import { addColumn, addConstraint, boundText } from './relation.ts';
import { collectRefs, needRelations, needsOf } from './refs.ts';
import { insertAfter, nameRange, tokenText } from './source.ts';
import { outputColumns, setColumns } from './view.ts';

const label = (spec: Spec): string => `"${spec.name}"`;

function inherit(catalog: Catalog, run: Run, table: Obj, spec: Spec, parentSpec: Spec, bound: Node): void {
  const parent = catalog.need(parentSpec);
  catalog.create(
    { cls: 'inherit', name: `${parent.schema}.${parent.name}`, parent: spec },
    run.id(`inherit ${table.id} ${parent.id}`),
    {
      attrs: { parentId: parent.id },
      def: boundText(bound),
      parent: table.id,
      auto: [parent.id],
      kind: bound ? 'partition' : 'child',
    },
  );
}

function createTable(node: Node, kind: string): (catalog: Catalog, run: Run) => void {
  const name = rangeVar(node.relation);
  const spec: Spec = { cls: 'relation', kind, ...name };
  const elements: Node[] = node.tableElts ?? [];
  const parents: Node[] = (node.inhRelations ?? []).map((item: Node) => item.RangeVar);
  const complete = parents.length === 0 && !node.ofTypename && !elements.some((element) => element.TableLikeClause);
  return (catalog, run) => {
    if (node.if_not_exists && catalog.peek(spec)) return;
    for (const element of elements)
      if (element.TableLikeClause)
        catalog.need({ cls: 'relation', kind: 'table', ...rangeVar(element.TableLikeClause.relation) });
    const table = catalog.create(
      spec,
      run.id('relation'),
      {
        kind,
        complete,
        attrs: { persistence: node.relation.relpersistence ?? 'p', partitioned: node.partspec ? 'true' : 'false' },
      },
      Boolean(node.if_not_exists),
    );
    for (const parent of parents)
      inherit(catalog, run, table, spec, { cls: 'relation', kind: 'table', ...rangeVar(parent) }, node.partbound);
    for (const element of elements) if (element.ColumnDef) addColumn(catalog, run, table, spec, element.ColumnDef);
    for (const element of elements)
      if (element.Constraint) addConstraint(catalog, run, table, spec, element.Constraint);
    for (const element of node.constraints ?? [])
      if (element.Constraint) addConstraint(catalog, run, table, spec, element.Constraint);
  };
}

const made = (catalog: Catalog, run: Run): Obj[] => {
  const table = catalog.get(run.id('relation'));
  return table ? [table] : [];
};

export const readCreateTable: Reader = (input: ReaderInput): Effect => {
  const foreign = input.node.base !== undefined;
  const node = foreign ? { ...input.node.base, ...input.node } : input.node;
  const kind = foreign ? 'foreign table' : 'table';
  const name = rangeVar(node.relation);
  const run = createTable(node, kind);
  const edits = node.if_not_exists ? undefined : insertAfter(input, ['table'], 'IF NOT EXISTS');
  const native = createTable({ ...node, if_not_exists: true }, kind);
  return {
    kind: foreign
      ? 'CREATE FOREIGN TABLE'
      : node.partbound
        ? 'CREATE TABLE PARTITION OF'
        : node.relation?.relpersistence === 't'
          ? 'CREATE TEMP TABLE'
          : 'CREATE TABLE',
    subject: `${kind} ${label({ cls: 'relation', ...name })}`,
    run,
    native: edits && { edits, run: native },
    creates: node.if_not_exists ? undefined : made,
    simple:
      foreign ||
      node.if_not_exists ||
      node.relation?.relpersistence === 't' ||
      node.inhRelations ||
      node.ofTypename ||
      (node.tableElts ?? []).some((element: Node) => element.TableLikeClause)
        ? undefined
        : { adds: [`relation ${name.schema ?? ''}.${name.name}`], touches: [] },
  };
};

export const readCreateTableAs: Reader = (input) => {
  const node = input.node;
  const name = rangeVar(node.into?.rel);
  const view = node.objtype === 'OBJECT_MATVIEW';
  const kind = view ? 'materialized view' : 'table';
  const spec: Spec = { cls: 'relation', kind, ...name };
  const refs = collectRefs(node.query);
  const needs = needsOf(refs, [], undefined);
  const create =
    (quiet: boolean) =>
    (catalog: Catalog, run: Run): void => {
      // the query has to make sense even where IF NOT EXISTS finds the relation
      const sources = needRelations(refs, catalog);
      needs.check(catalog);
      if (quiet && catalog.peek(spec)) return;
      const columns = refs.columns
        .flatMap((column) =>
          sources.flatMap((source) =>
            column.name === '*'
              ? [...catalog.children(source.id, 'column')].map((child) => child.id)
              : [catalog.child(source, 'column', column.name)?.id],
          ),
        )
        .filter((id): id is string => id !== undefined);
      const relation = catalog.create(
        spec,
        run.id('relation'),
        {
          kind,
          attrs: { persistence: node.into?.rel?.relpersistence ?? 'p' },
          def: view ? fingerprint(node.query) : undefined,
          deps: view ? [...sources.map((source) => source.id), ...columns] : [],
        },
        quiet,
      );
      setColumns(
        catalog,
        run,
        relation,
        node.into?.colNames ? strings(node.into.colNames) : outputColumns(node.query, catalog),
      );
    };
  const edits = node.if_not_exists ? undefined : insertAfter(input, [view ? 'view' : 'table'], 'IF NOT EXISTS');
  return {
    kind: view ? 'CREATE MATERIALIZED VIEW' : 'CREATE TABLE AS',
    subject: `${kind} ${label(spec)}`,
    run: create(Boolean(node.if_not_exists)),
    native: edits && { edits, run: create(true) },
    creates: node.if_not_exists ? undefined : made,
    twin: view ? { relation: relationRange(input, node.into.rel.location), kind: 'materialized view' } : undefined,
  };
};

function relationRange(input: ReaderInput, location: number | undefined) {
  const range = nameRange(input, input.statement.offsetOf(location ?? 0));
  return { start: range.start, end: range.end };
}

/** SELECT … INTO t: the same as CREATE TABLE t AS SELECT …, which has an IF NOT EXISTS and may stand in PL/pgSQL. */
export const readSelectInto: Reader = (input) => {
  const node = input.node;
  const into = node.intoClause;
  const name = rangeVar(into.rel);
  const spec: Spec = { cls: 'relation', kind: 'table', ...name };
  const refs = collectRefs({ ...node, intoClause: undefined });
  const needs = needsOf(refs, [], undefined);
  const create =
    (quiet: boolean) =>
    (catalog: Catalog, run: Run): void => {
      needRelations(refs, catalog);
      needs.check(catalog);
      if (quiet && catalog.peek(spec)) return;
      catalog.create(spec, run.id('relation'), {
        kind: 'table',
        attrs: { persistence: into.rel?.relpersistence ?? 'p' },
      });
    };
  const tokens = input.statement.tokens;
  const target = nameRange(input, input.statement.offsetOf(into.rel.location ?? 0));
  const index = tokens.findIndex(
    (token, position) =>
      tokenText(input, token).toLowerCase() === 'into' &&
      token.start < target.start &&
      !tokens
        .slice(position + 1)
        .some((later) => later.start < target.start && tokenText(input, later).toLowerCase() === 'into'),
  );
  const intoToken = tokens[index];
  const first = tokens[0];
  const withClause = tokenText(input, first).toLowerCase() === 'with';
  const temp = into.rel?.relpersistence === 't' ? 'TEMP ' : into.rel?.relpersistence === 'u' ? 'UNLOGGED ' : '';
  const written = input.text.slice(target.start, target.end);
  const edits = (exists: string) =>
    intoToken && first && !withClause
      ? [
          { start: first.start, end: first.start, text: `CREATE ${temp}TABLE ${exists}${written} AS ` },
          { start: intoToken.start, end: target.end + (input.text[target.end] === ' ' ? 1 : 0), text: '' },
        ]
      : undefined;
  const native = edits('IF NOT EXISTS ');
  return {
    kind: 'SELECT INTO',
    subject: `table ${label(spec)}`,
    run: create(false),
    native: native && { edits: native, run: create(true) },
    body: edits(''),
    creates: made,
  };
};
