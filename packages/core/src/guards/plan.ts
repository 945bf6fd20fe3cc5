/**
 * The plan for one file: which statement is left alone, which gets PostgreSQL's own clause, which a guard, and which is refused. It is
 * found by running the file on the symbolic catalog, stopping after every statement, and running it again, as described in
 * docs/how-it-works.md: nothing is emitted that this simulation did not prove.
 */
import { Catalog, DamageError, describe, END, StepError, type Obj } from '../model/catalog.ts';
import type { DataStep, Effect, OnlyIf, Run } from '../model/effect.ts';
import type { Statement } from '../parse/index.ts';
import type { Edit } from '../text/edits.ts';
import { atomsBetween, specOf, type Atom } from './atoms.ts';
import { discover, harm, makeRun, runCourse, same, type Course, type Harm } from './course.ts';
import { readEffect } from './registry.ts';

export type Form =
  /** Left alone to the byte. */
  | { readonly type: 'keep'; readonly note?: string | undefined }
  /** PostgreSQL's own clauses. */
  | {
      readonly type: 'native';
      readonly edits: readonly Edit[];
      readonly keyed: boolean;
      readonly note?: string | undefined;
    }
  /** Around the statement: it runs unless one of `done` says that it has been done. */
  | {
      readonly type: 'guard';
      readonly own: readonly Atom[];
      readonly evidence: readonly Atom[];
      readonly shape: boolean;
      readonly onlyIf: OnlyIf | undefined;
      readonly body: readonly Edit[];
      readonly variant: Variant['name'];
      /** The guard stands around all statements up to this one: what one explicit transaction does. */
      readonly last?: number;
    }
  /** Inside of the guard of that statement. */
  | { readonly type: 'member'; readonly of: number }
  | { readonly type: 'refuse'; readonly why: string; readonly advice: string; readonly silent: boolean }
  | { readonly type: 'broken' }
  | { readonly type: 'disabled'; readonly reason: string };

export interface PlannedStatement {
  readonly statement: Statement;
  readonly effect: Effect | undefined;
  readonly form: Form;
  /** The catalog as the statement first meets it, and as it leaves it. */
  readonly before: Catalog;
  readonly after: Catalog;
  /** All later states in which a rerun can find the database. */
  readonly later: readonly Catalog[];
  readonly run: Run;
  /** The questions whose answers this statement changes from no to yes. */
  readonly atoms: readonly Atom[];
}

export interface PlanOptions {
  readonly guard: 'shape' | 'name';
  readonly pgVersion: number;
  readonly history: () => Catalog | undefined;
  /** Why a statement must be left alone (an author's comment), or undefined. */
  readonly disabled?: (statement: Statement) => string | undefined;
}

export interface Plan {
  readonly statements: readonly PlannedStatement[];
  /** A refused statement would silently do harm on a rerun: then nothing in the file may be changed. */
  readonly untouched: boolean;
  /** Definitions from before the file matter and are not known: earlier migrations may tell them, and make for clearer guards. */
  readonly open: boolean;
}

/** What was there before with a definition that isn't known, and in whose place the file makes another object of the same name. */
function replacedUnknown(initial: ReadonlyMap<string, Obj>, states: readonly Catalog[]): Obj[] {
  const before = states[0] as Catalog;
  return [...initial.values()].filter((object) => {
    if (!hasDefinition(object) || object.def !== undefined) return false;
    const spec = specOf(object, before);
    return states.some((state) => (state.find(spec) ?? object).id !== object.id);
  });
}

/**
 * What was there before, with each unknown definition taken to be the one that the file gives to an object of the same name; undefined
 * when there is none. The model takes an unknown definition for another one. Where it is the same after all, a guard may find that
 * there is nothing to do for it (Prisma drops a key and adds it again around a change of its column's type), and then what stands
 * between must still be done.
 */
function likelyDefinitions(
  initial: ReadonlyMap<string, Obj>,
  replaced: readonly Obj[],
  states: readonly Catalog[],
): Map<string, Obj> | undefined {
  const before = states[0] as Catalog;
  let out: Map<string, Obj> | undefined;
  for (const object of replaced) {
    const { id } = object;
    const spec = specOf(object, before);
    for (let k = states.length - 1; k > 0; k--) {
      const later = (states[k] as Catalog).find(spec);
      if (!later || later.id === id || later.def === undefined) continue;
      // what stands on something that is new in this file can't have been there before
      const earlier = (on: string): string | undefined => {
        const needed = (states[k] as Catalog).get(on);
        return needed && (before.get(on) ?? before.find(specOf(needed, states[k] as Catalog)))?.id;
      };
      const known = (on: string | undefined): on is string => on !== undefined;
      const deps = later.deps.map(earlier).filter(known);
      const auto = later.auto.map(earlier).filter(known);
      if (deps.length < later.deps.length || auto.length < later.auto.length) continue;
      const parent = object.parent ?? (later.parent === undefined ? undefined : earlier(later.parent));
      out ??= new Map(initial);
      const { name, schema, written, rows } = object;
      out.set(id, { ...later, id, name, schema, written, parent, deps, auto, rows });
      break;
    }
  }
  return out;
}

/** Constraints, functions and indexes are told by their definition. */
const hasDefinition = (object: Obj): boolean =>
  object.cls === 'constraint' || object.cls === 'function' || (object.cls === 'relation' && object.kind === 'index');

interface Variant {
  readonly name: 'keep' | 'native' | 'keyed';
  readonly edits: readonly Edit[];
  run(catalog: Catalog, run: Run): void;
}

interface Cover {
  readonly chosen: Atom[];
  readonly missing: number[];
}

type Ask = (candidate: Atom, k: number) => boolean | null;

/** Numbers of states, one bit each: files of thousands of statements have millions of answers. */
class StateSet {
  readonly #words: Uint32Array;

  constructor(states: number) {
    this.#words = new Uint32Array(Math.ceil(states / 32));
  }

  static of(states: number, members: readonly number[]): StateSet {
    const set = new StateSet(states);
    for (const k of members) set.add(k);
    return set;
  }

  add(k: number): void {
    this.#words[k >> 5]! |= 1 << (k & 31);
  }

  has(k: number): boolean {
    return (this.#words[k >> 5]! & (1 << (k & 31))) !== 0;
  }

  /** How many of them are in the other set, too. */
  common(other: StateSet): number {
    let count = 0;
    for (let word = 0; word < this.#words.length; word++) {
      let bits = this.#words[word]! & other.#words[word]!;
      bits -= (bits >>> 1) & 0x55555555;
      bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
      count += (((bits + (bits >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
    }
    return count;
  }

  remove(other: StateSet): void {
    for (let word = 0; word < this.#words.length; word++) this.#words[word]! &= ~other.#words[word]!;
  }
}

/** Whether two sets have something in common. */
function meet(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  const [few, many] = one.size < other.size ? [one, other] : [other, one];
  for (const key of few) if (many.has(key)) return true;
  return false;
}

/** The states of which an atom says that it is so; those that a rerun can find. */
type Yes = (candidate: Atom) => StateSet;

/** The fewest, clearest atoms that are false before the statement and true in all of these states. */
function cover(
  pool: readonly Atom[],
  before: number,
  { ask, yes, states }: { readonly ask: Ask; readonly yes: Yes; readonly states: number },
  positions: readonly number[],
  preferred: ReadonlySet<string>,
): Cover {
  if (positions.length === 0) return { chosen: [], missing: [] };
  const usable = pool.filter((candidate) => ask(candidate, before) === false);
  const chosen: Atom[] = [];
  const missing = StateSet.of(states, positions);
  for (let left = positions.length; left > 0;) {
    let best: { atom: Atom; covers: number; score: number } | undefined;
    for (const candidate of usable) {
      const covers = missing.common(yes(candidate));
      if (covers === 0) continue;
      const score = covers * 10 - candidate.cost + (preferred.has(candidate.key) ? 4 : 0);
      if (!best || score > best.score) best = { atom: candidate, covers, score };
    }
    if (!best) break;
    chosen.push(best.atom);
    missing.remove(yes(best.atom));
    left -= best.covers;
  }
  return { chosen, missing: positions.filter((position) => missing.has(position)) };
}

/**
 * A file whose steps can only meet themselves again: each adds something under a name of its own, or takes away or sets something that
 * nothing else in the file names. From any stop, a step of it is either done or not, whatever the others are: there is nothing to search.
 */
function planSimple(
  statements: readonly Statement[],
  effects: readonly (Effect | undefined)[],
  text: string,
  options: PlanOptions,
): Plan | undefined {
  const added = new Set<string>();
  for (let index = 0; index < effects.length; index++) {
    const effect = effects[index];
    const statement = statements[index] as Statement;
    if (!effect?.simple || options.disabled?.(statement) !== undefined) return undefined;
    for (const name of effect.simple.adds) {
      if (added.has(name)) return undefined;
      added.add(name);
    }
    for (const name of effect.simple.touches) {
      if (
        statements.some((other) => other !== statement && text.slice(other.range.start, other.range.end).includes(name))
      )
        return undefined;
    }
  }
  // a column or constraint that is added to a table of the same file changes what that table looks like later on
  for (const key of added) {
    const table = /^(?:column|constraint) (.*)\.[^.]*$/.exec(key)?.[1];
    if (table !== undefined && key.startsWith('column') && added.has(`relation ${table}`)) return undefined;
  }
  const catalog = new Catalog();
  catalog.world = { initial: new Map(), history: undefined, absent: new Set(), maybe: new Set(), cascaded: false };
  const steps = new Map<string, DataStep>();
  const out: PlannedStatement[] = [];
  for (let index = 0; index < effects.length; index++) {
    const effect = effects[index] as Effect;
    const before = catalog.clone();
    const run = makeRun(index, false, steps);
    try {
      effect.run(catalog, run);
    } catch (error) {
      if (error instanceof StepError) return undefined;
      throw error;
    }
    const shaped = options.guard === 'shape' && effect.creates !== undefined;
    const form: Form =
      effect.native && !shaped
        ? { type: 'native', edits: effect.native.edits, keyed: false }
        : effect.creates
          ? {
              type: 'guard',
              own: [],
              evidence: [],
              shape: true,
              onlyIf: undefined,
              body: effect.body ?? [],
              variant: effect.body ? 'native' : 'keep',
            }
          : { type: 'keep' };
    const after = catalog.clone();
    out.push({
      statement: statements[index] as Statement,
      effect,
      form,
      before,
      after,
      later: [after],
      run,
      atoms: [],
    });
  }
  return { untouched: false, open: false, statements: out };
}

export function planFile(statements: readonly Statement[], text: string, options: PlanOptions): Plan {
  const effects: (Effect | undefined)[] = statements.map((statement) =>
    statement.tag === '' ? undefined : readEffect(statement, text, options.pgVersion),
  );
  const simple = planSimple(statements, effects, text, options);
  if (simple) return simple;
  const world = discover(effects, options.history());
  const main = runCourse(effects, world, world.initial);
  const { states, found, visible, steps, unmodelled } = main;
  const count = statements.length;
  const replaced = replacedUnknown(world.initial, states);
  const likely = likelyDefinitions(world.initial, replaced, states);
  const twin = likely && runCourse(effects, world, likely);

  const transitions = statements.map((_, index) => {
    const after = states[index + 1] as Catalog;
    return atomsBetween(states[index] as Catalog, after, (spec) =>
      states.slice(0, index + 1).some((state) => state.find(spec) !== undefined),
    );
  });
  const pool = transitions.flat();
  const answers = new Map<Atom, (boolean | null | undefined)[]>();
  /** What the atom says of state k, asked once. */
  const ask: Ask = (candidate, k) => {
    let known = answers.get(candidate);
    if (!known) answers.set(candidate, (known = new Array<boolean | null | undefined>(count + 1)));
    return (known[k] ??= candidate.test(found[k] as Catalog));
  };
  const yesOf = new Map<Atom, StateSet>();
  /** All states at once; asked again only where something has changed that the atom looked at. */
  const yes: Yes = (candidate) => {
    let set = yesOf.get(candidate);
    if (set) return set;
    yesOf.set(candidate, (set = new StateSet(count + 1)));
    let known = answers.get(candidate);
    if (!known) answers.set(candidate, (known = new Array<boolean | null | undefined>(count + 1)));
    let reads: Set<string> | undefined;
    let last: boolean | null = null;
    visible.forEach((k, position) => {
      if (!reads || meet(changes[position] as Set<string>, reads)) {
        const state = found[k] as Catalog;
        state.reads = reads = new Set();
        last = candidate.test(state);
        state.reads = undefined;
      }
      known[k] ??= last;
      if (last === true) set.add(k);
    });
    return set;
  };
  // what changes from one state that a rerun can find to the next
  const changes = visible.map((k, position) =>
    position === 0
      ? new Set<string>()
      : (found[visible[position - 1] as number] as Catalog).changedKeys(found[k] as Catalog),
  );
  changes[changes.length - 1]?.add(END);
  const positionOf = new Map(visible.map((k, position) => [k, position]));

  /** `harm` for all later states; worked out again only where something has changed that it asked for. */
  function harmsOf(index: number, variant: Pick<Variant, 'run'>): Map<number, Harm> {
    const out = new Map<number, Harm>();
    let reads = new Set<string>();
    let last: Harm | undefined;
    for (const k of visible) {
      if (k <= index) continue;
      const changed = changes[positionOf.get(k) as number] as Set<string>;
      if (last === undefined || meet(changed, reads)) {
        reads = new Set();
        last = harm(variant, found[k] as Catalog, makeRun(index, true, steps), states[index] as Catalog, reads);
      }
      out.set(k, last);
    }
    return out;
  }
  const harmTables: Map<Variant['name'], Map<number, Harm>>[] = [];

  /** Second choices: what to do when the simulation shows that the first one does not fit together with the others. */
  const alternatives = new Map<number, Form>();
  const forms: Form[] = statements.map((statement, index) => {
    const effect = effects[index];
    if (!effect) return { type: 'broken' };
    const reason = options.disabled?.(statement);
    if (reason !== undefined) return { type: 'disabled', reason };
    const chosen = choose(index, effect);
    // DROP … IF EXISTS and CREATE again, as people write it, is rerunnable as a pair
    if (dropsForCreate(index, effect)) {
      alternatives.set(index, chosen);
      return { type: 'keep' };
    }
    return chosen;
  });

  /** Part of a pair `DROP x IF EXISTS … CREATE x` of something that holds no rows? */
  function dropsForCreate(index: number, effect: Effect): boolean {
    const pairs = (drop: Effect | undefined, create: Effect | undefined, at: number): boolean =>
      drop?.targets !== undefined &&
      drop.native === undefined &&
      create?.creates !== undefined &&
      drop.targets.length === 1 &&
      create.creates(states[at + 1] as Catalog, makeRun(at, true, steps)).some((object) => {
        const target = drop.targets?.[0];
        const there = target && (states[at + 1] as Catalog).find(target);
        return (
          there !== undefined &&
          there.id === object.id &&
          object.cls !== 'schema' &&
          object.cls !== 'type' &&
          object.kind !== 'table' &&
          object.kind !== 'sequence' &&
          object.kind !== 'materialized view'
        );
      });
    if (effect.targets) return effects.some((later, at) => at > index && pairs(effect, later, at));
    return effects.some((earlier, at) => at < index && pairs(earlier, effect, index));
  }

  /**
   * An object of the same name and unknown definition may be the same one. That shows that there is nothing to do for the step that
   * makes or drops it, but nothing of other steps, nor of what else the same command does.
   */
  function showsDone(index: number, candidate: Atom): boolean {
    if (!candidate.key.startsWith('+defined')) return true;
    const name = subjectName(candidate);
    if (!hasUnknown(states[index] as Catalog, name)) return true;
    if (changesColumns(statements[index] as Statement)) return false;
    return (transitions[index] ?? []).some((own) => subjectName(own) === name);
  }

  function choose(index: number, effect: Effect): Form {
    if (effect.transaction !== undefined) return { type: 'keep' };
    const before = states[index] as Catalog;
    const positions = visible.filter((k) => k > index);
    const run = makeRun(index, true, steps);
    const problem = unmodelled.get(index);
    if (problem !== undefined && !effect.opaque)
      return {
        type: 'refuse',
        why: `its effect could not be followed: ${problem}`,
        advice: 'If the migration does run, please report it; until then guard it by hand.',
        silent: false,
      };
    const variants: Variant[] = [{ name: 'keep', edits: [], run: (catalog, context) => effect.run(catalog, context) }];
    if (effect.native)
      variants.push({
        name: 'native',
        edits: effect.native.edits,
        run: (catalog, context) => effect.native?.run(catalog, context),
      });
    const key = effect.keyed?.key(before);
    if (effect.keyed && key)
      variants.push({
        name: 'keyed',
        edits: effect.keyed.edits(key, before),
        run: (catalog, context) => effect.keyed?.run(catalog, context),
      });
    const tables = variants.map((variant) => harmsOf(index, variant));
    harmTables[index] = new Map(variants.map((variant, which) => [variant.name, tables[which] as Map<number, Harm>]));
    const harmful = (which: number): number[] => positions.filter((k) => tables[which]?.get(k)?.why !== undefined);
    const harmless = (which: number): boolean => harmful(which).length === 0;

    // what bears no name of the author's is found by its definition only: the derived name may be another one's
    const made = effect.creates?.(states[index + 1] as Catalog, run) ?? [];
    const shaped =
      (options.guard === 'shape' || (made.length > 0 && made.every(isNameless))) &&
      effect.creates !== undefined &&
      effect.noDo === undefined;
    const ownKeys = new Set((transitions[index] ?? []).map((candidate) => candidate.key));
    const evidenceFor = (needed: readonly number[]): Cover =>
      cover(
        pool.filter((candidate) => showsDone(index, candidate)),
        index,
        { ask, yes, states: count + 1 },
        needed,
        ownKeys,
      );

    if (harmless(0)) {
      if (effect.data?.prefersEvidence && effect.noDo === undefined) {
        const wanted = evidenceFor(positions);
        if (wanted.chosen.length > 0 && wanted.chosen.length <= 3) {
          alternatives.set(index, { type: 'keep', note: effect.note });
          return guard([], wanted.chosen, false, [], undefined);
        }
      }
      return { type: 'keep', note: effect.note };
    }
    for (const name of ['keyed', 'native'] as const) {
      const which = variants.findIndex((variant) => variant.name === name);
      if (which > 0 && harmless(which) && !(name === 'native' && shaped)) {
        return {
          type: 'native',
          edits: (variants[which] as Variant).edits,
          keyed: name === 'keyed',
          note: effect.note,
        };
      }
    }
    if (effect.noDo === undefined) {
      const harmfulAsIs = harmful(0);
      const body = effect.body ?? [];
      // a constraint of the same name and unknown definition may be the same one: then it shows nothing of what else the command does
      const significant = changesColumns(statements[index] as Statement);
      const exact = (transitions[index] ?? []).filter(
        (candidate) =>
          ask(candidate, index) === false &&
          positions.every((k) => ask(candidate, k) === true) &&
          showsDone(index, candidate),
      );
      if (shaped) {
        const created = effect.creates?.(states[index + 1] as Catalog, run) ?? [];
        // beside what it creates, the same command may drop or change something: that has to have happened, too
        const names = new Set(created.map((object) => object.name));
        const others = effect.kind.includes(', ')
          ? distinct(exact.filter((candidate) => !names.has(subjectName(candidate))))
          : [];
        const replaced = created.some(
          (object) => before.find(specOf(object, states[index + 1] as Catalog)) !== undefined,
        );

        const provable = !replaced || !significant || others.length > 0;
        const gone = positions.filter((k) =>
          created.some((object) => !sameThere(object, states[index + 1] as Catalog, found[k] as Catalog)),
        );
        const extra = evidenceFor(gone.filter((k) => harmfulAsIs.includes(k)));
        if (extra.missing.length === 0 && created.length > 0 && provable)
          return guard(others, extra.chosen, true, body, undefined);
      }
      const own = exact;
      if (own.length > 0) {
        const several = effect.kind.includes(', ');
        // a rename asks for its old name: when neither is there, something is wrong and the guard can say so
        const clarity = (candidate: Atom): number =>
          candidate.cost - (effect.renames && candidate.key.startsWith('-present') ? 1 : 0);
        const chosen = several ? distinct(own) : [[...own].sort((a, b) => clarity(a) - clarity(b))[0] as Atom];
        return guard(chosen, [], false, body, undefined);
      }
      const covered = evidenceFor(effect.data?.prefersEvidence ? positions : harmfulAsIs);
      const stillHarmful = covered.missing.filter((k) => harmfulAsIs.includes(k));
      if (stillHarmful.length === 0) return guard([], covered.chosen, false, body, undefined);
      // a question about the rows, where the catalogs can't tell
      for (const onlyIf of effect.onlyIf ?? []) {
        if (
          onlyIf.usable(before, steps) &&
          onlyIf.test(before, steps) &&
          stillHarmful.every(
            (k) => (found[k] as Catalog).find(onlyIf.needs) === undefined || !onlyIf.test(found[k] as Catalog, steps),
          )
        )
          return guard([], covered.chosen, false, body, onlyIf);
      }
      // evidence around the form that needs the least of it
      for (let which = 1; which < variants.length; which++) {
        const around = evidenceFor(harmful(which));
        if (around.missing.length === 0)
          return guard(
            [],
            around.chosen,
            false,
            (variants[which] as Variant).edits,
            undefined,
            (variants[which] as Variant).name,
          );
      }
      if (covered.chosen.length > 0 && !effect.data) return guard([], covered.chosen, false, body, undefined);
    }
    // what undoes itself within the file may run again as a whole: the simulation below decides
    const fallback = variants.findIndex((variant) => variant.name === 'native');
    if (fallback > 0) return { type: 'native', edits: (variants[fallback] as Variant).edits, keyed: false };
    return { type: 'keep' };
  }

  function guard(
    own: readonly Atom[],
    evidence: readonly Atom[],
    shape: boolean,
    body: readonly Edit[],
    onlyIf: OnlyIf | undefined,
    variant: Variant['name'] = body.length > 0 ? 'native' : 'keep',
  ): Form {
    return { type: 'guard', own, evidence, shape, body, onlyIf, variant };
  }

  const temporary = states.some((state) => [...state.objects.values()].some((object) => object.schema === 'pg_temp'));
  // what stands between BEGIN and COMMIT is done as a whole or not at all: one guard says it best
  for (let begin = 0; begin < count; begin++) {
    if (effects[begin]?.transaction !== 'begin') continue;
    const commit = effects.findIndex((effect, index) => index > begin && effect?.transaction !== undefined);
    const inside = Array.from({ length: Math.max(0, commit - begin - 1) }, (_, offset) => begin + 1 + offset);
    if (commit < 0 || effects[commit]?.transaction !== 'commit' || inside.length < 2) continue;
    if (
      inside.some((index) => !effects[index] || effects[index].noDo !== undefined || forms[index]?.type === 'disabled')
    )
      continue;
    const needy = inside.filter((index) => {
      const form = forms[index] as Form;
      return (
        (form.type === 'guard' && (form.evidence.length > 0 || form.onlyIf !== undefined)) ||
        (form.type === 'keep' &&
          [...(harmTables[index]?.get('keep')?.values() ?? [])].some((harmed) => harmed.why !== undefined))
      );
    });
    if (needy.length === 0) continue;
    const after = visible.filter((k) => k > begin);
    const usable = inside
      .flatMap((index) => transitions[index] ?? [])
      .filter(
        (candidate) =>
          ask(candidate, begin) === false &&
          after.every((k) => ask(candidate, k) === true) &&
          !(
            candidate.key.startsWith('+defined') &&
            !candidate.key.includes(' type:') &&
            hasUnknown(states[begin] as Catalog, subjectName(candidate))
          ),
      )
      // the definition says more than the name
      .sort((a, b) => Number(b.key.startsWith('+defined')) - Number(a.key.startsWith('+defined')) || a.cost - b.cost);
    const first = inside[0] as number;
    const last = inside[inside.length - 1] as number;
    if (!usable[0]) continue;
    forms[first] = {
      type: 'guard',
      own: [usable[0]],
      evidence: [],
      shape: false,
      onlyIf: undefined,
      body: [],
      variant: 'keep',
      last,
    };
    for (const index of inside.slice(1)) forms[index] = { type: 'member', of: first };
    for (const index of inside) alternatives.delete(index);
  }
  // every stop, every rerun
  let untouched = false;
  for (let round = 0; round <= 2 * count + 2; round++) {
    const likelier = simulate(main);
    const failure = likelier ?? (twin && simulate(twin));
    if (!failure) break;
    const second = alternatives.get(failure.index);
    if (second) {
      forms[failure.index] = second;
      alternatives.delete(failure.index);
      continue;
    }
    if (alternatives.size > 0) {
      for (const [index, form] of alternatives) forms[index] = form;
      alternatives.clear();
      continue;
    }
    const effect = effects[failure.index];
    const k = failure.stop;
    const where = k === count ? 'once the file has run to its end' : `after statement ${k}`;
    const silent = failure.silent;
    forms[failure.index] = {
      type: 'refuse',
      why:
        effect?.opaque?.why ??
        (effect?.data
          ? `${effect.data.why}; ${where} a rerun can't be told from a first run: ${failure.message}`
          : `${where} a rerun can't be told from a first run: ${failure.message}`),
      advice:
        effect?.opaque?.advice ??
        effect?.data?.advice ??
        'Put the step into a migration of its own, or add something lasting next to it that shows that it has been done.',
      silent,
    };
    // where it depends on what can't be known, the guards of the others depend on it, too
    if (silent || !likelier) untouched = true;
  }

  /** Nothing in front of k does anything on the state after k: then the rest runs on just the states that it was made for. */
  function isStill(k: number): boolean {
    for (let index = 0; index < k; index++) {
      const effect = effects[index];
      const form = forms[index] as Form;
      if (!effect || form.type === 'broken' || effect.transaction !== undefined) continue;
      if (form.type === 'refuse' || form.type === 'disabled') return false;
      if (form.type === 'member') {
        if (k <= form.of) return false;
        continue;
      }
      if (
        form.type === 'guard' &&
        form.last !== undefined &&
        !isDone(form, effect, main, found[k] as Catalog, index, k)
      )
        return false;
      if (form.type === 'guard' && isDone(form, effect, main, found[k] as Catalog, index, k)) continue;
      const variant =
        form.type === 'keep' ? 'keep' : form.type === 'native' ? (form.keyed ? 'keyed' : 'native') : form.variant;
      const harmed = (harmTables[index]?.get(variant) ?? harmTables[index]?.get('keep'))?.get(k);
      if (!harmed || harmed.why !== undefined || harmed.reorders) return false;
    }
    return true;
  }

  function simulate(course: Course): { index: number; stop: number; message: string; silent: boolean } | undefined {
    const runsFirst = effects.map((effect, index) => {
      const form = forms[index] as Form;
      return !effect || form.type !== 'guard' || !isDone(form, effect, course, course.states[index] as Catalog, index);
    });
    for (const k of course.visible) {
      if (course === main && !temporary && runsFirst.every(Boolean) && isStill(k)) continue;
      let catalog = (course.found[k] as Catalog).clone();
      let saved: Catalog | undefined;
      const ran: number[] = [];
      let loud = false;
      for (let index = 0; index < count && !loud; index++) {
        const effect = effects[index];
        const form = forms[index] as Form;
        if (!effect || form.type === 'broken') continue;
        if (effect.transaction === 'begin') {
          saved ??= catalog.clone();
          continue;
        }
        if (effect.transaction === 'commit') {
          saved = undefined;
          continue;
        }
        if (effect.transaction === 'rollback') {
          if (saved) {
            saved.precious = catalog.precious;
            catalog = saved;
          }
          saved = undefined;
          continue;
        }
        if (form.type === 'guard' && isDone(form, effect, course, catalog, index)) {
          // with its members
          if (form.last !== undefined) index = form.last;
          continue;
        }
        const rerun = k > index;
        const native = form.type === 'native' ? (form.keyed ? effect.keyed : effect.native) : undefined;
        const context = makeRun(index, rerun, course.steps);
        catalog.lenient = !rerun;
        const snapshot = rerun ? catalog.clone() : undefined;
        try {
          if (native) native.run(catalog, context);
          else if (form.type === 'guard' && form.variant === 'keyed') effect.keyed?.run(catalog, context);
          else if (form.type === 'guard' && form.variant === 'native' && effect.native && rerun)
            effect.native.run(catalog, context);
          else effect.run(catalog, context);
        } catch (error) {
          if (!(error instanceof StepError)) throw error;
          if (form.type === 'refuse' || form.type === 'disabled') {
            loud = true;
            break;
          }
          // what has run a second time before may be what brought us here
          const cause = ran.find((earlier) => forms[earlier]?.type === 'guard');
          if (cause !== undefined)
            return {
              index: cause,
              stop: k,
              message: `it would run a second time, and then: ${error.message}`,
              silent: wouldBeSilent(effects[cause] as Effect, cause),
            };
          return { index, stop: k, message: error.message, silent: wouldBeSilent(effect, index) };
        }
        if (snapshot && !same(snapshot, catalog)) ran.push(index);
      }
      if (loud) continue;
      if (forms.some((form, index) => index < k && form.type === 'refuse' && !form.silent)) continue;
      const end = catalog;
      end.endSession();
      if (!same(end, course.final)) {
        const blame =
          ran.find((index) => forms[index]?.type !== 'refuse' && forms[index]?.type !== 'disabled') ?? ran[0];
        if (blame === undefined || forms[blame]?.type === 'refuse' || forms[blame]?.type === 'disabled') {
          if (blame === undefined && k < count) {
            // nothing ran twice, yet something is missing: a later statement was taken for done
            const skipped = forms.findIndex((form, index) => index >= k && form.type === 'guard');
            if (skipped >= 0)
              return {
                index: skipped,
                stop: k,
                message: `the result would differ: ${difference(end, course.final)}`,
                silent: false,
              };
          }
          continue;
        }
        return {
          index: blame,
          stop: k,
          message: `the result would differ: ${difference(end, course.final)}`,
          silent: wouldBeSilent(effects[blame] as Effect, blame),
        };
      }
    }
    return undefined;
  }

  /** Left as it is, would the statement do harm on a rerun without an error? Then no error in front of it may be taken away. */
  function wouldBeSilent(effect: Effect, index: number): boolean {
    if (effect.opaque) return effect.opaque.silent;
    return visible
      .filter((k) => k > index)
      .some((k) => {
        const copy = (found[k] as Catalog).clone();
        try {
          effect.run(copy, makeRun(index, true, steps));
        } catch (error) {
          return error instanceof DamageError;
        }
        return !same(copy, found[k] as Catalog);
      });
  }

  function isDone(
    form: Form & { type: 'guard' },
    effect: Effect,
    course: Course,
    catalog: Catalog,
    index: number,
    k?: number,
  ): boolean {
    const holds = (candidate: Atom): boolean =>
      (k === undefined ? candidate.test(catalog) : ask(candidate, k)) === true;
    if (form.evidence.some(holds)) return true;
    const ownDone = form.own.every(holds);
    if (form.own.length > 0 && !form.shape && ownDone) return true;
    if (form.shape && ownDone) {
      const created = effect.creates?.(course.states[index + 1] as Catalog, makeRun(index, true, course.steps)) ?? [];
      if (
        created.length > 0 &&
        created.every((object) => sameThere(object, course.states[index + 1] as Catalog, catalog))
      )
        return true;
    }
    if (form.onlyIf) {
      if (catalog.find(form.onlyIf.needs) === undefined) return true;
      if (!form.onlyIf.test(catalog, course.steps)) return true;
    }
    return false;
  }

  return {
    untouched,
    open: replaced.length > 0,
    statements: statements.map((statement, index) => ({
      statement,
      effect: effects[index],
      form: forms[index] as Form,
      before: states[index] as Catalog,
      after: states[index + 1] as Catalog,
      later: visible.filter((k) => k > index).map((k) => found[k] as Catalog),
      run: makeRun(index, true, steps),
      atoms: transitions[index] ?? [],
    })),
  };
}

/** Has PostgreSQL chosen its name? */
export const isNameless = (object: Obj): boolean => object.attrs['auto'] === 'true';

/** Does an ALTER TABLE change or drop columns, beside what it adds? */
const changesColumns = (statement: Statement): boolean =>
  (statement.tag === 'AlterTableStmt'
    ? ((statement.node as { cmds?: { AlterTableCmd?: { subtype?: string } }[] }).cmds ?? [])
    : []
  ).some((item) =>
    [
      'AT_AlterColumnType',
      'AT_DropColumn',
      'AT_AddIdentity',
      'AT_DropIdentity',
      'AT_DropExpression',
      'AT_SetExpression',
    ].includes(item.AlterTableCmd?.subtype ?? ''),
  );

/** Is something of that name there whose definition isn't known? */
function hasUnknown(state: Catalog, name: string): boolean {
  for (const object of state.objects.values())
    if (hasDefinition(object) && object.name === name && object.def === undefined) return true;
  return false;
}

/**
 * Is the object there under the name that it was given (and on the same table)? One that was there before counts when its definition is
 * known to be the same.
 */
function sameThere(object: Obj, from: Catalog, at: Catalog): boolean {
  const there = at.get(object.id) ?? at.find(specOf(object, from));
  return (
    there !== undefined &&
    (there.id === object.id || (hasDefinition(object) && object.def !== undefined && there.def === object.def)) &&
    there.name === object.name &&
    there.schema === object.schema &&
    (object.parent === undefined || at.get(there.parent)?.name === from.get(object.parent)?.name)
  );
}

/** The name of the object that an atom asks about. */
const subjectName = (candidate: Atom): string =>
  candidate.key
    .slice(candidate.key.lastIndexOf(':') + 1)
    .replace(/^[^.]*\./, '')
    .split(' ')[0] ?? '';

/** Atoms that don't follow from each other: one per object is enough. */
function distinct(atoms: readonly Atom[]): Atom[] {
  const seen = new Map<string, Atom>();
  for (const candidate of [...atoms].sort((a, b) => b.cost - a.cost)) {
    const subject = /\S+:\S*/.exec(candidate.key)?.[0] ?? candidate.key;
    if (!seen.has(subject)) seen.set(subject, candidate);
  }
  return [...seen.values()];
}

function difference(got: Catalog, want: Catalog): string {
  const { only, missing } = got.difference(want);
  if (missing[0]) return `${describe(missing[0], want.get(missing[0].parent))} is not as the file leaves it`;
  if (only[0]) return `${describe(only[0], got.get(only[0].parent))} is left over`;
  return 'something differs';
}
