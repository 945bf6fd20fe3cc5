/** A file run on the symbolic catalog: the states that it goes through, and what a statement does when it meets one of them again. */
import { Catalog, DamageError, StepError, type Obj, type World } from '../model/catalog.ts';
import type { DataStep, Effect, Run } from '../model/effect.ts';

export function makeRun(index: number, rerun: boolean, steps: Map<string, DataStep>): Run {
  return { index, rerun, steps, id: (counter) => `s${index}:${counter}` };
}

/** Runs effects in order on a catalog; explicit transactions are respected. Calls `at(i)` before statement i and once at the end. */
function runAll(
  start: Catalog,
  effects: readonly (Effect | undefined)[],
  steps: Map<string, DataStep>,
  each: (index: number, catalog: Catalog, inTransaction: boolean) => void,
  onError: (index: number, error: StepError) => void,
): Catalog {
  let catalog = start;
  let saved: Catalog | undefined;
  effects.forEach((effect, index) => {
    each(index, catalog, saved !== undefined);
    if (!effect) return;
    if (effect.transaction === 'begin') saved ??= catalog.clone();
    else if (effect.transaction === 'commit') saved = undefined;
    else if (effect.transaction === 'rollback' && saved) {
      const world = catalog.world;
      const before = saved;
      saved = undefined;
      if (world) for (const object of world.initial.values()) if (!before.objects.has(object.id)) before.put(object);
      before.lenient = catalog.lenient;
      before.recording = catalog.recording;
      catalog = before;
    } else {
      try {
        effect.run(catalog, makeRun(index, false, steps));
      } catch (error) {
        if (!(error instanceof StepError)) throw error;
        onError(index, error);
      }
    }
  });
  each(effects.length, catalog, saved !== undefined);
  return catalog;
}

/** What the file takes to be there before it runs: found by running it in an open world. */
export function discover(effects: readonly (Effect | undefined)[], history: Catalog | undefined): World {
  const world: World = { initial: new Map(), history, absent: new Set(), maybe: new Set(), cascaded: false };
  const catalog = new Catalog();
  if (history) {
    catalog.path = history.path;
  }
  catalog.world = world;
  runAll(
    catalog,
    effects,
    new Map(),
    () => undefined,
    () => undefined,
  );
  return world;
}

/** Applies a file to a history catalog, in place: what it leaves behind. Errors are ignored: the picture is then simply less complete. */
export function applyToHistory(history: Catalog, effects: readonly (Effect | undefined)[], prefix: string): void {
  history.world = { initial: new Map(), history: undefined, absent: new Set(), maybe: new Set(), cascaded: false };
  history.replaying = true;
  const steps = new Map<string, DataStep>();
  effects.forEach((effect, index) => {
    if (!effect || effect.transaction !== undefined) return;
    try {
      effect.run(history, { index, rerun: false, steps, id: (counter) => `h${prefix}.${index}:${counter}` });
    } catch (error) {
      if (!(error instanceof StepError)) throw error;
    }
  });
  history.endSession();
  history.path = ['public'];
  history.pathSet = false;
  history.world = undefined;
}

/** A state as a later session finds it: temporary objects and settings are gone. */
export function asFound(state: Catalog): Catalog {
  const found = state.clone();
  found.endSession();
  found.path = ['public'];
  found.pathSet = false;
  found.lenient = false;
  found.dropped = new Set();
  found.cascadeAhead = state.cascadeAhead;
  return found;
}

/** The original's own run from one picture of what was there before. */
export interface Course {
  /** S0 … Sn, as the statements meet and leave them. */
  readonly states: readonly Catalog[];
  /** The same as a later session finds them. */
  readonly found: readonly Catalog[];
  readonly final: Catalog;
  /** Where a stop can leave the database: not inside of an explicit transaction. */
  readonly visible: readonly number[];
  readonly steps: Map<string, DataStep>;
  /** Statements that the model could not follow, and why. */
  readonly unmodelled: ReadonlyMap<number, string>;
}

export function runCourse(
  effects: readonly (Effect | undefined)[],
  world: World,
  initial: ReadonlyMap<string, Obj>,
): Course {
  const first = new Catalog();
  for (const object of initial.values()) first.put(object);
  first.lenient = true;
  first.recording = true;
  first.maybe = world.maybe;
  const steps = new Map<string, DataStep>();
  const states: Catalog[] = [];
  const visible: number[] = [];
  const unmodelled = new Map<number, string>();
  runAll(
    first,
    effects,
    steps,
    (index, catalog, inTransaction) => {
      const state = catalog.clone();
      state.lenient = true;
      states[index] = state;
      if (!inTransaction) visible.push(index);
    },
    (index, error) => unmodelled.set(index, error.message),
  );
  if (!world.history) {
    effects.forEach((effect, index) => {
      if (cascades(effect)) for (let k = 0; k <= index; k++) (states[k] as Catalog).cascadeAhead ??= index;
    });
  }
  const final = asFound(states[effects.length] as Catalog);
  const precious = new Set<string>();
  for (const object of final.objects.values()) if (isPrecious(object, final)) precious.add(object.id);
  const found = states.map((state, index) => {
    const copy = asFound(state);
    copy.precious = precious;
    copy.finished = index === effects.length;
    return copy;
  });
  return { states, found, final, visible, steps, unmodelled };
}

/**
 * Can rows, or the place in a sequence, be lost with it? Views, functions, triggers, policies, indexes and constraints hold nothing: they
 * may be dropped and made again as often as one likes.
 */
function isPrecious(object: Obj, final: Catalog): boolean {
  switch (object.cls) {
    case 'schema':
    case 'extension':
    case 'type':
      return true;
    case 'relation':
      return object.kind === 'table' || object.kind === 'sequence';
    case 'column': {
      // a generated column is computed again
      if (object.attrs['generated']) return false;
      const parent = final.get(object.parent);
      // an attribute of a composite type holds nothing
      return parent?.cls === 'relation' && parent.kind !== 'view' && parent.kind !== 'materialized view';
    }
    default:
      return false;
  }
}

/** Does it take away what depends on its object, known to us or not? */
const cascades = (effect: Effect | undefined): boolean => effect?.cascade === true;

export const same = (a: Catalog, b: Catalog): boolean => {
  const { only, missing } = a.difference(b);
  return only.length === 0 && missing.length === 0;
};

export interface Harm {
  /** Why running it once more on this state would change or break something; undefined when it would not. */
  readonly why: string | undefined;
  /** A server would raise an error. */
  readonly fails?: boolean;
  /** The statement of a DO block that is the reason. */
  readonly within?: string | undefined;
  /** It would write over what later data steps wrote, which is right again once they have run, too. */
  readonly reorders: boolean;
}

/** Would running it once more on this state change or break something? `path` is the search_path that it runs under. */
export function harm(
  variant: Pick<Effect, 'run'>,
  state: Catalog,
  run: Run,
  before: Catalog,
  reads: Set<string>,
): Harm {
  const copy = state.clone();
  copy.path = before.path;
  copy.pathSet = before.pathSet;
  copy.reads = reads;
  try {
    variant.run(copy, run);
  } catch (error) {
    if (error instanceof StepError)
      return { why: error.message, fails: !(error instanceof DamageError), within: error.within, reorders: false };
    throw error;
  }
  copy.reads = undefined;
  const reorders = copy.keepRows(state);
  return { why: same(copy, state) ? undefined : 'it would change something again', reorders };
}
