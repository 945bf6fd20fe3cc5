/** CREATE VIEW, REFRESH MATERIALIZED VIEW. */
import { fingerprint, rangeVar, strings, truncateName, type Node } from '../model/ast.ts';
import { StepError, type Catalog, type Obj, type Spec } from '../model/catalog.ts';
import type { Effect, Reader, Run } from '../model/effect.ts';
import { collectRefs, dependencies, needRelations, needsOf } from './refs.ts';
import { insertAfter, nameRange } from './source.ts';

/** The names of a query's columns; undefined when a star stands for columns that aren't all known. */
export function outputColumns(query: Node, catalog: Catalog): string[] | undefined {
  let select = query?.SelectStmt ?? query;
  while (select?.larg) select = select.larg;
  const out: string[] = [];
  for (const item of select?.targetList ?? []) {
    const target = item.ResTarget;
    if (target?.name) {
      out.push(truncateName(target.name));
      continue;
    }
    const fields: Node[] = target?.val?.ColumnRef?.fields ?? [];
    if (fields.at(-1)?.A_Star) {
      const qualifier: string | undefined = fields.length > 1 ? fields.at(-2)?.String?.sval : undefined;
      const relations = collectRefs(select.fromClause).relations.filter(
        (relation) =>
          qualifier === undefined ||
          relation.alias === qualifier ||
          (relation.alias === undefined && relation.name === qualifier),
      );
      if (
        relations.length !== 1 ||
        (qualifier === undefined && (select.fromClause ?? []).length !== 1) ||
        (select.fromClause ?? []).some((part: Node) => qualifier === undefined && !part.RangeVar)
      )
        return undefined;
      const relation = catalog.find({ cls: 'relation', schema: relations[0]?.schema, name: relations[0]?.name ?? '' });
      if (!relation?.complete) return undefined;
      for (const column of catalog.children(relation.id, 'column')) out.push(column.name);
      continue;
    }
    const name =
      fields.at(-1)?.String?.sval ??
      target?.val?.FuncCall?.funcname?.at(-1)?.String?.sval ??
      (target?.val?.CoalesceExpr ? 'coalesce' : target?.val?.CaseExpr ? 'case' : undefined);
    if (name === undefined) return undefined;
    out.push(truncateName(name));
  }
  return out;
}

/** The columns of a view or of CREATE TABLE AS: their names, types unknown. */
export function setColumns(catalog: Catalog, run: Run, relation: Obj, names: readonly string[] | undefined): void {
  const there = [...catalog.children(relation.id, 'column')];
  for (const column of there) if (!names?.includes(column.name)) catalog.forget(column);
  if (!names) return;
  const spec: Spec = { cls: 'relation', schema: relation.schema, name: relation.name };
  for (const name of new Set(names))
    if (!catalog.child(relation, 'column', name))
      catalog.create({ cls: 'column', name, parent: spec }, run.id(`column ${relation.id}.${name}`), {
        parent: relation.id,
      });
  const current = catalog.get(relation.id);
  if (current) catalog.update(current, { complete: true });
}

export const readCreateView: Reader = (input): Effect => {
  const node = input.node;
  const spec: Spec = { cls: 'relation', kind: 'view', ...rangeVar(node.view) };
  const refs = collectRefs(node.query);
  const columnNames = [...new Set(refs.columns.map(({ name }) => name))];
  const needs = needsOf(refs, [], undefined);
  const def = fingerprint([node.query, node.aliases ?? null]);
  const width = node.query?.SelectStmt?.targetList?.length;
  const aliases: string[] = strings(node.aliases);
  const names = (catalog: Catalog): string[] | undefined =>
    aliases.length > 0 ? aliases : outputColumns(node.query, catalog);
  const create =
    (replace: boolean) =>
    (catalog: Catalog, run: Run): void => {
      const sources = needRelations(refs, catalog, spec);
      needs.check(catalog);
      const columns: string[] = [];
      const known = sources.map(
        (source) => new Map([...catalog.children(source.id, 'column')].map(({ name, id }) => [name, id])),
      );
      for (const name of columnNames)
        for (const theirs of known) {
          const id = theirs.get(name);
          if (name === '*') columns.push(...theirs.values());
          else if (id !== undefined) columns.push(id);
        }
      const deps = [
        ...new Set([
          ...sources.map((source) => source.id),
          ...columns,
          ...dependencies({ ...refs, relations: [], columns: [] }, catalog),
        ]),
      ];
      const there = catalog.peek(spec);
      if (there && replace && there.kind === 'view') {
        // OR REPLACE may only add columns at the end (42P16): going back to fewer fails
        const before = Number(there.attrs['width'] ?? 0);
        if (run.rerun && !catalog.world && there.def !== def && (width === undefined || before === 0 || width < before))
          throw new StepError(`the view has been given other columns since (42P16)`);
        setColumns(
          catalog,
          run,
          catalog.update(there, { def, deps, attrs: { ...there.attrs, width: String(width ?? 0) } }),
          names(catalog),
        );
        return;
      }
      setColumns(
        catalog,
        run,
        catalog.create(
          spec,
          run.id('view'),
          { kind: 'view', def, deps, attrs: { width: String(width ?? 0) } },
          replace,
        ),
        names(catalog),
      );
    };
  const edits = node.replace ? undefined : insertAfter(input, ['create'], 'OR REPLACE');
  const range = nameRange(input, input.statement.offsetOf(node.view?.location ?? 0));
  const temp = node.view?.relpersistence === 't';
  return {
    kind: 'CREATE VIEW',
    subject: `view "${spec.name}"`,
    run: create(Boolean(node.replace)),
    native: edits && { edits, run: create(true) },
    creates:
      node.replace || temp
        ? undefined
        : (after: Catalog, run: Run): Obj[] =>
            [after.get(run.id('view'))].filter((object): object is Obj => object !== undefined),
    twin: { relation: { start: range.start, end: range.end }, kind: 'view' },
  };
};

export const readRefresh: Reader = (input): Effect => {
  const spec: Spec = { cls: 'relation', kind: 'materialized view', ...rangeVar(input.node.relation) };
  return {
    kind: 'REFRESH MATERIALIZED VIEW',
    subject: `materialized view "${spec.name}"`,
    run: (catalog) => void catalog.need(spec),
  };
};
