/** The schema of a live database as one text that can be run anywhere, again and again. */
import { quoteLiteral } from '@idempotify/core';
import type { LiveSession } from '../live/session.ts';
import { checkBlock, fingerprint, PRINTED, readFacts, tableLooks, type Fact } from './check.ts';
import { dress, readWear, type Wear } from './dress.ts';
import { blocks, comment, doBlock } from './emit.ts';
import { inOrder, type Edge } from './graph.ts';
import { readAggregates } from './kinds/aggregate.ts';
import { readCasts, readTransforms } from './kinds/cast.ts';
import { readCollations, readConversions } from './kinds/collation.ts';
import { readConstraints } from './kinds/constraint.ts';
import { readDomains } from './kinds/domain.ts';
import { readEventTriggers } from './kinds/event-trigger.ts';
import { readExtensions } from './kinds/extension.ts';
import { readForeign } from './kinds/foreign.ts';
import { isTable } from './kinds/form.ts';
import { readFunctions } from './kinds/function.ts';
import { readIndexes } from './kinds/index.ts';
import { readAccessMethods, readLanguages } from './kinds/language.ts';
import { readOperatorClasses } from './kinds/opclass.ts';
import { readOperators } from './kinds/operator.ts';
import { readPolicies } from './kinds/policy.ts';
import { readPublications } from './kinds/publication.ts';
import { readRules } from './kinds/rule.ts';
import { readSchemas } from './kinds/schema.ts';
import { readSequences } from './kinds/sequence.ts';
import { readStatistics } from './kinds/statistics.ts';
import { readSubscriptions } from './kinds/subscription.ts';
import { readTables } from './kinds/table.ts';
import { readTextSearch } from './kinds/text-search.ts';
import { readTriggers } from './kinds/trigger.ts';
import { readTypes } from './kinds/type.ts';
import { readViews } from './kinds/view.ts';
import { scopeOf, type Scope } from './left-out.ts';
import { readRelations, type ColumnRow, type Relations } from './relations.ts';
import {
  alsoRequires,
  CATALOG,
  keyOf,
  type Baseline,
  type BaselineOptions,
  type CatalogReader,
  type LeftOut,
  type Part,
} from './types.ts';

/** How texts come out must depend on nothing that the role or the database has set. */
const SETTINGS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(PRINTED.map(([name, value]) => [name, quoteLiteral(value)])),
  jit: 'off',
  // it is somebody's server, with other things to do
  max_parallel_workers_per_gather: '0',
  lock_timeout: "'5s'",
  idle_in_transaction_session_timeout: "'5min'",
};

export interface ReadOptions extends BaselineOptions {
  /** After which a query is given up, in ms. Default: one minute. */
  readonly statementTimeout?: number;
}

/**
 * Reads the whole schema in one read-only transaction, which ends with it.
 * @throws SqlError, ConnectionError, ScopeError, CircleError
 */
export async function readBaseline(session: LiveSession, options: ReadOptions = {}): Promise<Baseline> {
  const settings = { ...SETTINGS, statement_timeout: String(options.statementTimeout ?? 60_000) };
  const local = Object.entries(settings)
    .map(([name, value]) => `SET LOCAL ${name} = ${value}`)
    .join('; ');
  await session.run(`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; ${local}`);
  try {
    return await read(session, options);
  } finally {
    await session.run('ROLLBACK').catch(() => undefined);
  }
}

async function read(session: LiveSession, options: BaselineOptions): Promise<Baseline> {
  const [[versionText, database] = []] = await session.rows(
    `SELECT pg_catalog.current_setting('server_version_num'), pg_catalog.current_database()`,
  );
  const version = Number(versionText);
  const scope = await scopeOf(session, options);
  const leftOut: LeftOut[] = [...scope.leftOut];
  const warnings: string[] = [...scope.warnings];
  const facts: Fact[] = [];
  const schemaOids = [...scope.schemas.keys()].join(', ') || '0';
  const catalog: CatalogReader = {
    session,
    version,
    options,
    schemas: scope.schemas,
    rows: (sql) => session.rows(sql),
    inScope: (namespace) => `${namespace} IN (${schemaOids})`,
    notMember: (name, oid) =>
      `NOT EXISTS (SELECT FROM pg_catalog.pg_depend membership WHERE membership.classid = ${CATALOG[name]} AND membership.objid = ${oid} AND membership.deptype = 'e')`,
    leaveOut: (kind, name, reason) => void leftOut.push({ kind, name, reason }),
    fact: (kind, schema, name, part, definition) =>
      void facts.push({ kind, schema, name, part, fingerprint: fingerprint(definition) }),
    warn: (message) => void warnings.push(message),
  };
  const { ordered, wear } = await readParts(catalog, scope, facts);
  const worn = await dress(ordered, catalog, wear);
  const { head, tail } = frame(ordered, facts, version, database ?? '');
  // last, as it takes the parts away: with tens of thousands of them there is no place for them and for their text
  const objects = blocks(ordered, worn.steps);
  return {
    version,
    database: database ?? '',
    objects,
    head,
    tail: [worn.privileges, tail].filter((text) => text !== '').join('\n'),
    leftOut,
    warnings,
    roles: worn.roles,
  };
}

/** All parts in their order. @param facts gets what is compared later */
async function readParts(
  catalog: CatalogReader,
  scope: Scope,
  facts: Fact[],
): Promise<{ ordered: Part[]; wear: Wear }> {
  // asked at once: the server answers one question while the answer to the one before is worked on
  const reading = readRelations(catalog, scope.excludedRelations);
  const indexes = readIndexes(catalog, reading);
  const constraints = readConstraints(catalog, reading, indexes);
  const [relations, edges, wear, moreFacts, ...kinds] = await Promise.all([
    reading,
    readEdges(catalog),
    readWear(catalog),
    readFacts(catalog, reading),
    indexes.then(({ parts }) => parts),
    constraints.then(({ parts }) => parts),
    readTables(catalog, reading),
    readSequences(catalog, reading),
    readViews(catalog, reading),
    readRules(catalog, reading),
    readTriggers(catalog, reading),
    readPolicies(catalog, reading),
    readLanguages(catalog),
    readAccessMethods(catalog),
    readCollations(catalog),
    readConversions(catalog),
    readTypes(catalog),
    readDomains(catalog),
    readFunctions(catalog),
    readAggregates(catalog),
    readOperators(catalog),
    readOperatorClasses(catalog),
    readCasts(catalog),
    readTransforms(catalog),
    readTextSearch(catalog),
    readSchemas(catalog),
    readExtensions(catalog),
    readForeign(catalog),
    readStatistics(catalog, scope.excludedRelations),
    readPublications(catalog, scope.excludedRelations),
    readSubscriptions(catalog),
    readEventTriggers(catalog),
  ]);
  facts.push(...moreFacts);
  const before = [(await indexes).before, (await constraints).before];
  const parts = kinds.flat().map((part) => before.reduce(alsoRequires, part));
  const ordered = inOrder(parts, edges);
  withoutDefaults(ordered, relations, catalog);
  return { ordered, wear };
}

/** Defaults that a circle has cut from their tables come later: until then the tables look otherwise. */
function withoutDefaults(ordered: readonly Part[], relations: Relations, catalog: CatalogReader): void {
  const cut = new Set(ordered.flatMap(({ kind, key }) => (kind === 'default' ? [key] : [])));
  if (cut.size === 0) return;
  for (const table of relations.values()) {
    if (!isTable(table)) continue;
    const isCut = ({ defaultOid }: ColumnRow): boolean =>
      defaultOid !== null && cut.has(keyOf('pg_attrdef', defaultOid));
    if (!table.columns.some(isCut)) continue;
    let { columns } = table;
    for (const column of table.columns.filter(isCut)) {
      columns = columns.map((each) => (each === column ? { ...each, expression: null } : each));
      tableLooks(catalog, table, columns);
    }
  }
}

/**
 * What pg_depend says about objects that somebody made (16384: FirstNormalObjectId in src/include/access/transam.h): initdb's own need no
 * order. Without what goes without saying: that an object is in its schema (schemas come first anyway), and that an index, a constraint, a
 * default, a trigger or a policy needs its table.
 */
async function readEdges(catalog: CatalogReader): Promise<Edge[]> {
  const ofTable = ['pg_class', 'pg_constraint', 'pg_attrdef', 'pg_trigger', 'pg_policy'] as const;
  const rows = await catalog.rows(`
    SELECT DISTINCT d.classid || ':' || d.objid, d.refclassid || ':' || d.refobjid
    FROM pg_catalog.pg_depend d
    WHERE d.refobjid >= 16384 AND d.objid >= 16384 AND (d.classid <> d.refclassid OR d.objid <> d.refobjid)
      AND d.refclassid <> ${CATALOG.pg_namespace}
      -- what is internal to an object comes with it; a range's functions have comments of their own
      AND (d.deptype <> 'i' OR d.classid = ${CATALOG.pg_proc})
      AND NOT (d.deptype = 'a' AND d.refclassid = ${CATALOG.pg_class} AND d.classid IN (${ofTable.map((name) => CATALOG[name]).join(', ')}))`);
  return rows as [string, string][];
}

/** What stands around the blocks. */
function frame(
  parts: readonly Part[],
  facts: readonly Fact[],
  version: number,
  database: string,
): { head: string; tail: string } {
  const head = [
    comment(`Baseline of the database ${database} (PostgreSQL ${Math.floor(version / 10000)}), made by idempotify.`),
    '-- Each block looks first whether its object is there: on a complete database the file changes nothing.',
  ];
  if (facts.length > 0)
    head.push(
      '',
      checkBlock(
        facts,
        version,
        parts.some(({ wholeOf }) => wholeOf !== undefined),
      ).trimEnd(),
    );
  const functions = parts.some(({ kind }) => kind === 'function' || kind === 'procedure');
  const set = (name: string, value: string): string => `  PERFORM pg_catalog.set_config('${name}', ${value}, false);`;
  const saved = 'idempotify.check_function_bodies';
  if (functions)
    head.push(
      '',
      '-- Bodies of functions may name what comes later in this file.',
      doBlock([
        set(saved, `pg_catalog.current_setting('check_function_bodies')`),
        set('check_function_bodies', `'off'`),
      ]),
    );
  return {
    head: `${head.join('\n')}\n`,
    tail: functions
      ? `-- As it was before this file.\n${doBlock([set('check_function_bodies', `pg_catalog.current_setting('${saved}')`)])}\n`
      : '',
  };
}

/** The text of the migration. */
export function baselineSql(baseline: Baseline): string {
  return [baseline.head, ...baseline.objects.map((object) => object.sql), baseline.tail]
    .filter((piece) => piece !== '')
    .join('\n');
}
