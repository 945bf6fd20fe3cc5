/** Session and transaction statements, SELECT with effects, LOCK, SET CONSTRAINTS. */
import {
  constantText,
  qualified,
  rangeVar,
  strings,
  truncateName,
  walk,
  type Node,
  type QualifiedName,
} from '../model/ast.ts';
import { DamageError, StepError, type Catalog, type Obj, type Spec } from '../model/catalog.ts';
import type { Effect, Reader } from '../model/effect.ts';
import { definitions } from './function.ts';
import { isRepeatable } from './do-block.ts';
import { collectRefs, HARMLESS, needRelations } from './refs.ts';
import type { Statement } from '../parse/index.ts';

const quiet = (kind: string, subject = ''): Effect => ({ kind, subject, run: () => undefined });

export const readTransaction: Reader = (input): Effect => {
  const kind = String(input.node.kind).replace('TRANS_STMT_', '');
  const transaction =
    kind === 'BEGIN' || kind === 'START'
      ? 'begin'
      : kind === 'COMMIT' || kind === 'COMMIT_PREPARED'
        ? 'commit'
        : kind === 'ROLLBACK'
          ? 'rollback'
          : undefined;
  return { kind, subject: '', run: () => undefined, transaction, noDo: 'transaction control' };
};

export const readSet: Reader = (input): Effect => {
  const node = input.node;
  const name: string = node.name ?? '';
  if (name !== 'search_path') return quiet('SET', name);
  const schemas: string[] = (node.args ?? []).map((item: Node) => item.A_Const?.sval?.sval ?? '');
  return {
    kind: 'SET',
    subject: name,
    run: (catalog) => setPath(catalog, node.kind === 'VAR_SET_VALUE' ? schemas : undefined),
  };
};

function setPath(catalog: Catalog, schemas: readonly string[] | undefined): void {
  if (!schemas) {
    catalog.path = ['public'];
    catalog.pathSet = false;
    return;
  }
  const usable = schemas
    .map((schema) => truncateName(schema.trim()))
    .filter((schema) => schema !== '' && schema !== '$user' && schema !== 'pg_catalog');
  catalog.path = usable;
  catalog.pathSet = !schemas.includes('$user');
}

export const readLock: Reader = (input): Effect => {
  const specs: Spec[] = (input.node.relations ?? []).map((item: Node): Spec => ({
    cls: 'relation',
    kind: 'table',
    ...rangeVar(item.RangeVar),
  }));
  return {
    kind: 'LOCK',
    subject: specs.map((spec) => `table "${spec.name}"`).join(', '),
    run: (catalog) => specs.forEach((spec) => catalog.need(spec)),
  };
};

export const readSetConstraints: Reader = (input): Effect => {
  const names: string[] = (input.node.constraints ?? []).map((item: Node) => rangeVar(item.RangeVar).name);
  const seen = new Set<string>();
  return {
    kind: 'SET CONSTRAINTS',
    subject: names.map((name) => `"${name}"`).join(', ') || 'ALL',
    run: (catalog) => {
      for (const name of names) {
        let found: Obj | undefined;
        for (const object of catalog.all()) if (object.cls === 'constraint' && object.name === name) found = object;
        if (found) seen.add(name);
        else if (seen.has(name) && !catalog.world) throw new StepError(`constraint "${name}" does not exist`);
      }
    },
  };
};

/** Is the value taken from the rows themselves (`(SELECT max(id) FROM t)`), so that a second run computes what fits by then? */
function fromRows(node: Node): boolean {
  let found = false;
  walk(node, (tag, value) => {
    if (tag === 'FuncCall' && ['max', 'count', 'currval', 'last_value'].includes(value.funcname?.at(-1)?.String?.sval))
      found = true;
  });
  return found;
}

/** The CREATE FUNCTION statement of a function, if it is known. */
function definitionOf(catalog: Catalog, name: QualifiedName): string | undefined {
  const called = catalog.needFunction(name.name, name.schema);
  return called && definitions.get(called.attrs['md5'] ?? '');
}

/** Is it not known what the function does, or that it can be called twice? */
function mayDoAnything(
  catalog: Catalog,
  name: QualifiedName,
  readNested: (statement: Statement, text: string) => Effect | undefined,
): boolean {
  const definition = definitionOf(catalog, name);
  return definition === undefined || !isRepeatable(definition, readNested, (inner) => definitionOf(catalog, inner));
}

export const readSelect =
  (readNested: (statement: Statement, text: string) => Effect | undefined): Reader =>
  (input): Effect => {
    const node = input.node;
    const refs = collectRefs(node);
    const setPathCall = refs.functions.some((name) => name.name === 'set_config');
    const unknown = refs.functions.filter(
      (name) =>
        name.name !== 'setval' &&
        name.name !== 'pg_advisory_lock' &&
        !HARMLESS.has(name.name) &&
        !name.name.startsWith('pg_'),
    );
    let sequenceHarm = false;
    const sequences: string[] = [];
    walk(node, (tag, value) => {
      if (tag !== 'FuncCall') return;
      const name = qualified(strings(value.funcname)).name;
      if (name === 'nextval') sequenceHarm = true;
      if (name !== 'setval') return;
      const sequence = constantText(value.args?.[0]);
      if (sequence !== undefined) sequences.push(sequence);
      // the whole query may compute it: SELECT setval('s', max(id)) FROM t
      if (!fromRows(value.args?.[1]) && !fromRows(node.fromClause)) sequenceHarm = true;
    });
    let writes = false;
    walk(node.withClause, (tag, value) => {
      if (tag === 'InsertStmt' && value.onConflictClause?.action === 'ONCONFLICT_NOTHING') return;
      if (tag === 'InsertStmt' || tag === 'UpdateStmt' || tag === 'DeleteStmt' || tag === 'MergeStmt') writes = true;
    });
    const why = sequenceHarm
      ? 'a second run moves a sequence that is in use and makes it hand out numbers again'
      : writes
        ? 'its WITH clause writes rows'
        : `it calls ${unknown.map((name) => `${name.name}()`).join(', ')}, which may do anything`;
    const harmful = unknown.length > 0 || sequenceHarm || writes;
    /** Functions whose definition is known and checks what it does can be called again. */
    const does = (catalog: Catalog): boolean =>
      sequenceHarm || writes || unknown.some((name) => mayDoAnything(catalog, name, readNested));
    return {
      kind: sequences.length > 0 || sequenceHarm ? 'SELECT setval' : 'SELECT',
      subject: '',
      run: (catalog, run) => {
        if (setPathCall) {
          walk(node, (tag, value) => {
            if (
              tag === 'FuncCall' &&
              value.funcname?.at(-1)?.String?.sval === 'set_config' &&
              constantText(value.args?.[0]) === 'search_path'
            )
              setPath(
                catalog,
                (constantText(value.args?.[1]) ?? '').split(',').map((item) => item.trim().replace(/^"|"$/g, '')),
              );
          });
        }
        needRelations(refs, catalog);
        for (const sequence of sequences) {
          const name = qualified(
            sequence
              .split('.')
              .map((part) =>
                part.startsWith('"') ? part.replace(/^"|"$/g, '').replaceAll('""', '"') : part.toLowerCase(),
              ),
          );
          catalog.need({ cls: 'relation', kind: 'sequence', ...name });
        }
        if (harmful && does(catalog) && run.rerun && !catalog.world) throw new DamageError(why);
      },
      execute: true,
      data: harmful
        ? {
            prefersEvidence: sequenceHarm || writes,
            why,
            advice: sequenceHarm
              ? 'Take the value from the rows: setval(…, (SELECT max(id) FROM t)).'
              : 'Say what it does in SQL, or make the function itself safe to call twice and disable this check for the statement with a reason.',
          }
        : undefined,
    };
  };

/** EXECUTE of a prepared statement. */
export const readExecute: Reader = () => {
  const why = 'what was prepared under that name is not known';
  return {
    kind: 'EXECUTE',
    subject: '',
    run: (catalog, run) => {
      if (run.rerun && !catalog.world) throw new DamageError(why);
    },
    data: { prefersEvidence: true, why, advice: 'Say what it does in SQL.' },
  };
};

export const readCall =
  (readNested: (statement: Statement, text: string) => Effect | undefined): Reader =>
  (input): Effect => {
    const name = qualified(strings(input.node.funccall?.funcname));
    const why = 'a procedure may do anything, and nothing shows whether it has been called';
    return {
      kind: 'CALL',
      subject: `procedure "${name.name}"`,
      run: (catalog, run) => {
        if (mayDoAnything(catalog, name, readNested) && run.rerun && !catalog.world) throw new DamageError(why);
      },
      data: {
        prefersEvidence: false,
        why,
        advice: 'Say what it does in SQL, or make the procedure itself safe to call twice.',
      },
      noDo: 'CALL may end transactions',
    };
  };

export const readCopy: Reader = (input): Effect => {
  const node = input.node;
  const spec: Spec | undefined = node.relation
    ? { cls: 'relation', kind: 'table', ...rangeVar(node.relation) }
    : undefined;
  const why = 'COPY adds its rows once more';
  return {
    kind: 'COPY',
    subject: spec ? `rows of "${spec.name}"` : '',
    run: (catalog, run) => {
      if (spec) catalog.need(spec);
      if (node.is_from && run.rerun && !catalog.world) throw new DamageError(why);
    },
    noDo: 'COPY can not run in PL/pgSQL',
    data: node.is_from
      ? {
          prefersEvidence: true,
          why,
          advice: 'Copy into a temporary table and INSERT … ON CONFLICT DO NOTHING from there.',
        }
      : undefined,
  };
};

export const readQuiet: Reader = (input) =>
  quiet(
    input.statement.tag
      .replace(/Stmt$/, '')
      .replace(/([a-z])([A-Z])/g, '$1 $2')
      .toUpperCase(),
  );

/** All that the role owns, whatever that is by then. */
export const readDropOwned: Reader = () => ({
  kind: 'DROP OWNED',
  subject: '',
  run: (catalog, run) => {
    if (run.rerun && !catalog.world) catalog.loseAnything('it drops all that the role owns');
  },
});

export const readVacuum: Reader = (input) => ({
  ...quiet(input.node.is_vacuumcmd ? 'VACUUM' : 'ANALYZE'),
  noDo: 'VACUUM can not run in a transaction',
});
