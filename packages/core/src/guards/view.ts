/** CREATE VIEW, REFRESH MATERIALIZED VIEW. */
import { fingerprint, rangeVar } from '../model/ast.ts';
import { StepError, type Catalog, type Obj, type Spec } from '../model/catalog.ts';
import type { Effect, Reader, Run } from '../model/effect.ts';
import { collectRefs, dependencies, needRelations, needsOf } from './refs.ts';
import { insertAfter, nameRange } from './source.ts';

export const readCreateView: Reader = (input): Effect => {
  const node = input.node;
  const spec: Spec = { cls: 'relation', kind: 'view', ...rangeVar(node.view) };
  const refs = collectRefs(node.query);
  const needs = needsOf(refs, [], undefined);
  const def = fingerprint([node.query, node.aliases ?? null]);
  const width = node.query?.SelectStmt?.targetList?.length;
  const create =
    (replace: boolean) =>
    (catalog: Catalog, run: Run): void => {
      const sources = needRelations(refs, catalog, spec);
      needs.check(catalog);
      const columns = refs.columns.flatMap((column) => sources.map((source) => catalog.child(source, 'column', column.name)?.id)).filter((id): id is string => id !== undefined);
      const deps = [...new Set([...sources.map((source) => source.id), ...columns, ...dependencies({ ...refs, relations: [], columns: [] }, catalog)])];
      const there = catalog.peek(spec);
      if (there && replace && there.kind === 'view') {
        // OR REPLACE may only add columns at the end (42P16): going back to fewer fails
        const before = Number(there.attrs['width'] ?? 0);
        if (run.rerun && !catalog.world && there.def !== def && (width === undefined || before === 0 || width < before)) throw new StepError(`the view has been given other columns since (42P16)`);
        catalog.update(there, { def, deps, attrs: { ...there.attrs, width: String(width ?? 0) } });
        return;
      }
      catalog.create(spec, run.id('view'), { kind: 'view', def, deps, attrs: { width: String(width ?? 0) } });
    };
  const edits = node.replace ? undefined : insertAfter(input, ['create'], 'OR REPLACE');
  const range = nameRange(input, input.statement.offsetOf(node.view?.location ?? 0));
  const temp = node.view?.relpersistence === 't';
  return {
    kind: 'CREATE VIEW',
    subject: `view "${spec.name}"`,
    run: create(Boolean(node.replace)),
    native: edits && { edits, run: create(true) },
    creates: node.replace || temp ? undefined : (after: Catalog, run: Run): Obj[] => [after.get(run.id('view'))].filter((object): object is Obj => object !== undefined),
    twin: { relation: { start: range.start, end: range.end }, kind: 'view' },
  };
};

export const readRefresh: Reader = (input): Effect => {
  const spec: Spec = { cls: 'relation', kind: 'materialized view', ...rangeVar(input.node.relation) };
  return { kind: 'REFRESH MATERIALIZED VIEW', subject: `materialized view "${spec.name}"`, run: (catalog) => void catalog.need(spec) };
};
