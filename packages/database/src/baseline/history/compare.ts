/**
 * Where a live database stands in a history.
 *
 * The history makes a state after each statement; each fact (that an object is there, one property of it) has a course of
 * values through these states. With the value of the live database at hand, about a state that has the i-th value of a fact can be said:
 * - The database *agrees*, when it has that value; or when it has a later value and the statement that made it was certainly
 *   run: the later one's value counts. A value that was there before and comes back later proves nothing by itself (a column that
 *   is dropped again: without it, the database may stand before or behind both). The statement counts as run when something that it
 *   does is certainly there, or when nothing of it is missing and a later statement was certainly run: tools go by the order.
 * - What is not there in the state may be there in the database, unless the history had it and dropped it.
 *
 * A migration can be marked as applied when the database agrees with the state after it and so with all that was there before, as
 * far as no later statement changed it. Therefore the migrations that can be marked are the first ones of the history: behind one that is
 * missing, none is marked.
 *
 * What leaves nothing that could be compared is marked only when something follows that is certainly there: a fact whose
 * value no state before its statement had. Behind the last such statement nothing is marked, unless the database only
 * agrees with a later state. Statements that write rows need `assumeData` as well.
 */
import type { Json } from '../../catalog/diff.ts';
import { columnOrder } from '../../catalog/snapshot.ts';
import { bare, parts } from '../../verify/names.ts';
import {
  coursesOf,
  existence,
  factsOf,
  liveMakers,
  objectsOf,
  surroundings,
  type Courses,
  type Entry,
  type Fact,
  type Properties,
  type Side,
} from './facts.ts';
import type { LiveCatalog } from './live.ts';
import type { Replayed, ReplayedMigration, ReplayedStatement } from './replay.ts';
import type {
  ExtraObject,
  HistoryComparison,
  HistoryDifference,
  MigrationStand,
  MigrationVerdict,
  Obstacle,
  OrderDifference,
  StatementStand,
  StatementVerdict,
} from './types.ts';

export interface CompareOptions {
  /**
   * Statements that only write rows count as run when a later statement certainly was. Without it, no migration with such a
   * statement can be marked.
   */
  readonly assumeData?: boolean;
  /** Indexes of migrations that the tool's table has as applied: of the rows that they write, it is told. */
  readonly recorded?: ReadonlySet<number>;
  /** `kind name`: objects that may be as they are in the live database. */
  readonly accept?: ReadonlySet<string>;
}

/** What the facts say about one statement. */
interface Evidence {
  /** Facts that it changes and the database has so, or as a later statement left them. */
  there: number;
  /** Those among them that no earlier state explains. */
  certain: number;
  missing: number;
}

/** Compares what a replay has found with what a live database has. Reads and writes nothing. */
export function compareReplayed(
  replayed: Replayed,
  live: LiveCatalog,
  options: CompareOptions = {},
): HistoryComparison {
  const version = Math.min(replayed.version, live.version);
  const sides = {
    replay: { makers: new Set([replayed.role]), scratch: true, version } satisfies Side,
    live: { makers: liveMakers(live), scratch: false, version } satisfies Side,
  };
  const courses = coursesOf(replayed, sides.replay);
  const liveObjects = objectsOf(live.catalog, sides.live);
  const accepted = ({ kind, name }: Fact): boolean => options.accept?.has(`${kind} ${name}`) === true;
  const facts = factsOf(courses, liveObjects).filter((fact) => !accepted(fact));

  const evidence = evidenceOf(facts);
  const migrations = replayed.migrations.map((migration) => standOf(migration, evidence));
  const ran = ranOf(replayed.places.length, evidence);
  const agreed = agreementOf(facts, replayed.places.length, ran);
  const marks = new Marks(replayed, migrations, agreed, evidence, options.recorded ?? new Set());
  const [without, withData] = [marks.done(false), marks.done(true)];
  const markable = marks.count(options.assumeData ? withData : without);
  const obstacle = marks.obstacle(markable, options.assumeData === true);
  const until = Math.max(marks.lastCertain(replayed.places.length), without, withData);
  const stand = replayed.places[until - 1];
  return {
    version: { live: live.version, replay: replayed.version },
    migrations,
    stand,
    markable,
    withData: marks.count(withData),
    ...(obstacle ? { obstacle } : {}),
    gaps: gapsOf(migrations),
    differences: differencesOf(facts, courses, liveObjects, until, replayed, ran),
    extra: extraOf(courses, liveObjects, replayed, live, sides.replay),
    order: orderOf(replayed, live, until),
    notes: [],
  };
}

/** The entry that holds after so many statements. */
const at = (entries: readonly Entry[], step: number): number => {
  let index = 0;
  while (index + 1 < entries.length && entries[index + 1]!.step <= step) index++;
  return index;
};

function evidenceOf(facts: readonly Fact[]): Map<number, Evidence> {
  const evidence = new Map<number, Evidence>();
  for (const { entries } of facts) {
    for (let i = 1; i < entries.length; i++) {
      const { step } = entries[i]!;
      let found = evidence.get(step);
      if (!found) evidence.set(step, (found = { there: 0, certain: 0, missing: 0 }));
      if (entries.slice(i).some(({ matches }) => matches)) {
        found.there++;
        if (!entries.slice(0, i).some(({ matches }) => matches)) found.certain++;
      } else found.missing++;
    }
  }
  return evidence;
}

/** The evidence of a statement, by its step. */
type EvidenceOf = ReadonlyMap<number, Evidence>;
const isCertain = (found: Evidence | undefined): boolean => (found?.certain ?? 0) > 0;

/** Steps that count as run. */
function ranOf(steps: number, evidence: EvidenceOf): Set<number> {
  const ran = new Set<number>();
  let followed = false;
  for (let step = steps; step > 0; step--) {
    const found = evidence.get(step);
    if (isCertain(found) || (followed && !found?.missing)) ran.add(step);
    followed ||= isCertain(found);
  }
  return ran;
}

/** Whether the database agrees with what a fact is from its i-th entry on. */
function agrees({ entries, open, property }: Fact, i: number, ran: ReadonlySet<number>): boolean {
  const { matches, exists, value } = entries[i]!;
  if (matches) return true;
  const later = entries.slice(i + 1).filter((entry) => entry.matches);
  if (later.some(({ step }) => ran.has(step))) return true;
  if (later.length > 0 || entries.slice(0, i).some((entry) => entry.matches)) return false;
  // Nothing in the history is like it. That the object is there at all is a fact of its own.
  return (property !== existence && !exists) || (open && value === undefined);
}

/** agreed[k]: the database agrees with the state after k statements. */
function agreementOf(facts: readonly Fact[], steps: number, ran: ReadonlySet<number>): boolean[] {
  const changes = new Int32Array(steps + 2);
  for (const fact of facts) {
    for (const [i, { step }] of fact.entries.entries()) {
      if (agrees(fact, i, ran)) continue;
      changes[step]!++;
      changes[fact.entries[i + 1]?.step ?? steps + 1]!--;
    }
  }
  const agreed: boolean[] = [];
  for (let step = 0, wrong = 0; step <= steps; step++) agreed.push((wrong += changes[step]!) === 0);
  return agreed;
}

function verdictOf({ reason, writes }: ReplayedStatement, found: Evidence | undefined): StatementVerdict {
  if (reason !== undefined) return 'not run';
  if (!found) return writes === 'no' ? 'nothing' : 'data';
  if (found.missing > 0) return found.certain > 0 ? 'partly' : 'missing';
  return found.certain > 0 ? 'there' : 'overwritten';
}

function standOf({ path, statements, problem }: ReplayedMigration, evidence: EvidenceOf): MigrationStand {
  const stands = statements.map((statement): StatementStand => {
    const { step, writes, ...rest } = statement;
    const found = evidence.get(step);
    return { ...rest, verdict: verdictOf(statement, found), data: writes === 'yes' || (writes === 'maybe' && !found) };
  });
  return { path, verdict: problem === undefined ? summed(stands) : 'not run', statements: stands };
}

function summed(statements: readonly StatementStand[]): MigrationVerdict {
  const has = (...verdicts: StatementVerdict[]): boolean =>
    statements.some(({ verdict }) => verdicts.includes(verdict));
  if (has('not run')) return 'not run';
  if (has('missing', 'partly')) return has('there', 'partly') ? 'partly' : 'missing';
  return has('there') ? 'there' : 'untold';
}

/** Which migrations may be marked. */
class Marks {
  readonly #migrations: readonly ReplayedMigration[];
  readonly #stands: readonly MigrationStand[];
  readonly #places: Replayed['places'];
  readonly #agreed: readonly boolean[];
  /** The last step up to and including this one that is certainly there, or 0. */
  readonly #certain: readonly number[];
  /** The last step up to and including this one that writes rows, or 0. */
  readonly #data: readonly number[];
  /** So many migrations could be replayed without a gap. */
  readonly #known: number;
  readonly #recorded: ReadonlySet<number>;

  constructor(
    { migrations, places }: Replayed,
    stands: readonly MigrationStand[],
    agreed: readonly boolean[],
    evidence: EvidenceOf,
    recorded: ReadonlySet<number>,
  ) {
    this.#recorded = recorded;
    this.#migrations = migrations;
    this.#stands = stands;
    this.#places = places;
    this.#agreed = agreed;
    const upTo = (is: (step: number) => boolean): number[] => {
      const last = [0];
      for (let step = 1; step <= places.length; step++) last.push(is(step) ? step : last[step - 1]!);
      return last;
    };
    this.#certain = upTo((step) => isCertain(evidence.get(step)));
    this.#data = upTo((step) => {
      const { migration, statement } = places[step - 1]!;
      return !recorded.has(migration) && stands[migration]!.statements[statement]!.data;
    });
    const unknown = stands.findIndex(({ verdict }) => verdict === 'not run');
    this.#known = unknown < 0 ? migrations.length : unknown;
  }

  lastCertain(step: number): number {
    return this.#certain[step]!;
  }

  #end(count: number): number {
    return this.#migrations[count - 1]?.end ?? 0;
  }

  /** How many statements, from the first on, have been run: all of which something is known. */
  done(assumeData: boolean): number {
    for (let step = this.#places.length; step > 0; step--) if (this.#may(step, assumeData)) return step;
    return 0;
  }

  /** How many migrations are behind so many statements, up to the first of which nothing is known. */
  count(step: number): number {
    const place = this.#places[step - 1];
    if (!place) return 0;
    const whole = step === this.#end(place.migration + 1) ? place.migration + 1 : place.migration;
    return Math.min(whole, this.#known);
  }

  #may(step: number, assumeData: boolean): boolean {
    const certain = this.#certain[step]!;
    if (!this.#agreed[step] || certain === 0) return false;
    // what was written within a migration that stays pending is nobody's business
    const data = this.#data[this.#end(this.count(step))]!;
    if (data > 0 && !(assumeData && this.#followed(data, certain))) return false;
    // nothing shows that the last ones were run, when the database agrees as well without the whole migration
    for (let before = this.#end(this.#places[step - 1]!.migration); before >= certain; before--)
      if (this.#agreed[before]) return false;
    return true;
  }

  /** Whether something certain follows a statement that writes rows, or is committed together with it. */
  #followed(data: number, certain: number): boolean {
    if (data <= certain) return true;
    const [a, b] = [this.#places[data - 1]!.migration, this.#places[certain - 1]!.migration];
    return a === b && this.#migrations[a]!.atomic;
  }

  /** Why the migration behind the last one that may be marked is not. */
  obstacle(count: number, assumeData: boolean): Obstacle | undefined {
    if (count === this.#migrations.length) return undefined;
    // the first that could have been marked by itself, or is the reason that none behind it can
    for (let migration = count; migration < this.#migrations.length; migration++) {
      const { verdict, statements } = this.#stands[migration]!;
      if (verdict === 'not run') return { migration, why: 'not run' };
      if (verdict === 'missing' || verdict === 'partly') return { migration, why: 'missing' };
      if (!assumeData && !this.#recorded.has(migration) && statements.some(({ data }) => data))
        return { migration, why: 'data' };
      if (verdict === 'there' && !this.#agreed[this.#end(migration + 1)]) return { migration, why: 'missing' };
    }
    return { migration: count, why: 'untold' };
  }
}

/** Migrations that are not there as a whole although something of a later one is. */
function gapsOf(migrations: readonly MigrationStand[]): number[] {
  const last = migrations.findLastIndex(({ verdict }) => verdict === 'there' || verdict === 'partly');
  return migrations
    .slice(0, Math.max(last, 0))
    .flatMap(({ verdict }, index) => (verdict === 'missing' || verdict === 'partly' ? [index] : []));
}

const shown = (properties: Properties): Record<string, Json> =>
  Object.fromEntries(
    [...properties].flatMap(([name, value]) => (name === existence ? [] : [[name, JSON.parse(value) as Json]])),
  );

/** What the database does not agree with in the state after `until` statements. */
function differencesOf(
  facts: readonly Fact[],
  courses: Courses,
  live: ReadonlyMap<string, ReadonlyMap<string, Properties>>,
  until: number,
  { places }: Replayed,
  ran: ReadonlySet<number>,
): HistoryDifference[] {
  const wrong = new Map<string, Fact[]>();
  for (const fact of facts) {
    if (agrees(fact, at(fact.entries, until), ran)) continue;
    const key = `${fact.kind}\0${fact.name}`;
    const those = wrong.get(key);
    if (those) those.push(fact);
    else wrong.set(key, [fact]);
  }
  const differences: HistoryDifference[] = [];
  for (const those of wrong.values()) {
    const { kind, name } = those[0]!;
    const about = those.find(({ property }) => property === existence);
    const step = Math.max(...(about ? [about] : those).map(({ entries }) => entries[at(entries, until)]!.step));
    const by = places[step - 1];
    // what a step 0 left is not the history's
    if (!by) continue;
    const expected = courses
      .get(kind)
      ?.get(name)
      ?.findLast((version) => version.step <= until)?.properties;
    const found = live.get(kind)?.get(name);
    if (!expected) {
      if (found) differences.push({ kind, name, change: 'left over', expected: null, live: shown(found), by });
    } else if (!found) {
      differences.push({ kind, name, change: 'missing', expected: shown(expected), live: null, by });
    } else {
      const only = (properties: Properties): Record<string, Json> =>
        Object.fromEntries(
          those.map(({ property }): [string, Json] => {
            const value = properties.get(property);
            return [property, value === undefined ? null : (JSON.parse(value) as Json)];
          }),
        );
      differences.push({ kind, name, change: 'different', expected: only(expected), live: only(found), by });
    }
  }
  return withoutParts(differences);
}

/** Kinds that are there exactly as long as something else is, which says it all. */
const partKinds: ReadonlySet<string> = new Set([
  'column',
  'constraint',
  'not-null constraint',
  'index',
  'trigger',
  'rule',
  'policy',
]);

/** The last identifier of a qualified name. */
const lastPart = /\.("(?:[^"]|"")*"|[^."]+)$/;

/** A table that is missing lacks its columns, too. */
function withoutParts(differences: readonly HistoryDifference[]): HistoryDifference[] {
  const whole = differences.filter(
    ({ kind, change }) =>
      change !== 'different' && ['table', 'view', 'materialized view', 'composite type'].includes(kind),
  );
  const relations = new Set(whole.map(({ name }) => name));
  return differences.filter(({ kind, name, change, expected, live }) => {
    if (change === 'different' || !partKinds.has(kind)) return true;
    const table = kind === 'index' ? (expected ?? live)?.['table'] : name.replace(lastPart, '');
    return typeof table !== 'string' || !relations.has(table);
  });
}

/** What no migration makes. */
function extraOf(
  courses: Courses,
  live: ReadonlyMap<string, ReadonlyMap<string, Properties>>,
  { first }: Replayed,
  { catalog, leftOut }: LiveCatalog,
  side: Side,
): ExtraObject[] {
  const given = objectsOf(first, side);
  const unknown = (kind: string, name: string): boolean =>
    courses.get(kind)?.get(name) === undefined && given.get(kind)?.get(name) === undefined;
  const oidOf = (kind: string, name: string): string | undefined => catalog.relations.get(kind)?.get(name);
  /** OIDs of relations that are extra as a whole: what belongs to them is not told. */
  const whole = new Set<string>();
  for (const kind of catalog.relations.keys()) {
    if (partKinds.has(kind)) continue;
    for (const name of live.get(kind)?.keys() ?? []) {
      const oid = oidOf(kind, name);
      if (oid !== undefined && kind !== 'sequence' && unknown(kind, name)) whole.add(oid);
    }
  }
  const ofAnother = (kind: string, name: string, properties: Properties): boolean => {
    const owner = sequenceOwner(properties);
    const about = kind === 'comment' ? commented(name) : [];
    const oids = [
      oidOf(kind, name),
      ...(owner === undefined ? [] : [oidOf('table', owner)]),
      ...about.flatMap((relation) => ['table', 'view', 'materialized view'].map((each) => oidOf(each, relation))),
    ];
    return (
      leftOut.schemas.has(schemaOf(kind, name)) ||
      oids.some((oid) => oid !== undefined && (leftOut.relations.has(oid) || (belonging.has(kind) && whole.has(oid))))
    );
  };
  const extra: ExtraObject[] = [];
  for (const [kind, objects] of live) {
    if (surroundings.has(kind)) continue;
    for (const [name, properties] of objects) {
      if (ofAnother(kind, name, properties)) continue;
      if (unknown(kind, name)) extra.push({ kind, name, live: shown(properties) });
      else if (courses.get(kind)?.get(name)) {
        const more = [...properties].filter(
          ([property]) => /^(grants|label): /.test(property) && !inCourse(courses, kind, name, property),
        );
        if (more.length > 0) extra.push({ kind, name, live: shown(new Map(more)) });
      }
    }
  }
  return extra;
}

const belonging: ReadonlySet<string> = new Set([...partKinds, 'sequence', 'comment']);

/** `materialized view public.a`, `table column public.a.b`: the relations that a comment may be on, as pg_identify_object() has it. */
function commented(name: string): string[] {
  const identity = identityOf(name);
  return [identity, identity.replace(lastPart, '')];
}

const identityOf = (comment: string): string => comment.replace(/^([a-z-]+ )+/, '');

/** Not quoted; '' where the name has none. */
function schemaOf(kind: string, name: string): string {
  return bare(parts(kind === 'comment' ? identityOf(name) : name)[0] ?? '');
}

const inCourse = (courses: Courses, kind: string, name: string, property: string): boolean =>
  courses
    .get(kind)
    ?.get(name)
    ?.some(({ properties }) => properties?.has(property)) === true;

/** The table of the column that a sequence belongs to. */
function sequenceOwner(properties: Properties): string | undefined {
  const owner = properties.get('owned by');
  if (owner === undefined) return undefined;
  return (JSON.parse(owner) as string).replace(/ as identity$/, '').replace(lastPart, '');
}

/** Columns and labels that both have, in another order. */
function orderOf({ changes, first }: Replayed, live: LiveCatalog, until: number): OrderDifference[] {
  const differences: OrderDifference[] = [];
  const compare = (
    kind: OrderDifference['kind'],
    name: string,
    expected: readonly string[],
    found: readonly string[],
  ): void => {
    const [a, b] = [expected.filter((each) => found.includes(each)), found.filter((each) => expected.includes(each))];
    if (a.some((each, index) => each !== b[index])) differences.push({ kind, name, expected: a, live: b });
  };
  const state = (kind: string, name: string): string | undefined =>
    changes
      .get(kind)
      ?.get(name)
      ?.findLast(({ step }) => step <= until)?.text ?? undefined;
  for (const [name, columns] of live.catalog.columnOrder) {
    const expected = state(columnOrder, name);
    if (expected !== undefined && !first.columnOrder.has(name))
      compare('column order', name, JSON.parse(expected) as string[], columns);
  }
  for (const [name, text] of live.catalog.objects.get('enum') ?? []) {
    const expected = state('enum', name);
    if (expected === undefined) continue;
    const labels = (json: string): string[] => (JSON.parse(json) as { labels?: string[] }).labels ?? [];
    compare('label order', name, labels(expected), labels(text));
  }
  return differences;
}
