/**
 * What statements do when they are run once more, on the states that a stop can leave and on what other statements have made of these
 * before them. Files of a hundred statements ask this some thousand times, and the answer is mostly one that is known already: each
 * notes what it rests on, and holds wherever that is the same.
 */
import { DamageError, END, StepError, type NOTHING, type Catalog, type Obj } from '../model/catalog.ts';
import type { Effect, Run } from '../model/effect.ts';
import { makeRun, type Course } from './course.ts';

/** What one statement does in one situation. */
interface Outcome {
  /** It fails, or damages something. */
  readonly trouble: { readonly why: string; readonly fails: boolean; readonly within: string | undefined } | undefined;
  /** What it changes, be it in the form alone; undefined for nothing at all. */
  readonly changes: Changes | undefined;
  /** The stop at which it was worked out. */
  readonly at: number;
  /** The stops, from the first one up to before the last one, between which nothing changes that it asked for. */
  span?: readonly [from: number, to: number];
  /** What was done before it; of the keys that it asked for, those which that had changed. */
  readonly past: Past;
  readonly reads: ReadonlySet<string>;
  readonly met: ReadonlyMap<string, Token>;
  /** Each step after one and the same other step is one and the same. */
  readonly tokens: Map<Token | undefined, Link>;
}

interface Changes {
  readonly objects: ReadonlyMap<string, Obj | undefined>;
  /** With what stands behind them then, where that can be told. */
  readonly keys: ReadonlyMap<string, Obj | typeof NOTHING | undefined>;
  readonly dropped: ReadonlySet<string>;
  readonly path: readonly string[];
  readonly pathSet: boolean;
}

/** What stands behind a key: the answer itself, or what it has become by one outcome after another. */
type Token = Obj | typeof NOTHING | Link;

interface Link {
  /** It comes from an answer, whatever that was before. */
  readonly known: boolean;
}

/** All that has changed since a stop, by which outcomes. */
interface Past {
  readonly before: Past | undefined;
  readonly outcome: Outcome | undefined;
  /** How many. */
  readonly outcomes: number;
  /** Every key that has changed; handed on to what comes next, and made again if need be. */
  changed: Map<string, Token> | undefined;
  readonly path: readonly string[];
  readonly pathSet: boolean;
  readonly next: Map<Outcome, Past>;
  /** See `Reruns.walk`. */
  makers?: readonly (number | undefined)[];
  differs?: boolean;
}

export interface Walk {
  readonly outcomes: ReadonlyMap<number, Outcome>;
  /** What is not as it was before the rerun: the positions of the statements that have made it, undefined for what was there before. */
  readonly changed: readonly (number | undefined)[];
}

const meets = (a: ReadonlySet<string>, b: ReadonlyMap<string, unknown>): boolean => {
  if (a.size < b.size) {
    for (const key of a) if (b.has(key)) return true;
  } else for (const key of b.keys()) if (a.has(key)) return true;
  return false;
};

export class Reruns {
  readonly #effects: readonly (Effect | undefined)[];
  readonly #course: Course;
  readonly #runs: readonly Run[];
  readonly #known: (Outcome[] | undefined)[] = [];
  readonly #starts = new Map<string, Past>();
  #changed: ReadonlyMap<string, readonly number[]> | undefined;

  constructor(effects: readonly (Effect | undefined)[], course: Course) {
    this.#effects = effects;
    this.#course = course;
    this.#runs = effects.map((_, index) => makeRun(index, true, course.steps));
  }

  /** By the key of a question: the visible stops at which it gets another answer. */
  get #changes(): ReadonlyMap<string, readonly number[]> {
    if (this.#changed) return this.#changed;
    const { visible, found } = this.#course;
    const out = new Map<string, number[]>();
    const note = (key: string, k: number): void => {
      const stops = out.get(key);
      if (stops) stops.push(k);
      else out.set(key, [k]);
    };
    for (let position = 1; position < visible.length; position++) {
      const k = visible[position] as number;
      for (const key of this.#found(visible[position - 1] as number).changedKeys(this.#found(k))) note(key, k);
    }
    note(END, found.length - 1);
    return (this.#changed = out);
  }

  #found(k: number): Catalog {
    return this.#course.found[k] as Catalog;
  }

  /** Nothing done yet, with a search_path. */
  #start(path: readonly string[], pathSet: boolean): Past {
    const key = `${pathSet}${path.join('\0')}`;
    let past = this.#starts.get(key);
    if (!past) {
      past = { before: undefined, outcome: undefined, outcomes: 0, changed: undefined, path, pathSet, next: new Map() };
      this.#starts.set(key, past);
    }
    return past;
  }

  /** The outcome of a statement alone on a stop, with the search_path that it ran under, and whether that leaves a difference. */
  alone(index: number, k: number): { readonly outcome: Outcome; readonly differs: boolean } {
    const { path, pathSet } = this.#course.states[index] as Catalog;
    const start = this.#start(path, pathSet);
    const outcome =
      this.#recall(index, k, start) ?? this.#attempt(index, k, start, replay(this.#found(k), undefined, start)).outcome;
    return { outcome, differs: outcome.changes !== undefined && this.#differs(k, follow(start, outcome)) };
  }

  #differs(k: number, past: Past): boolean {
    if (past.differs !== undefined) return past.differs;
    const catalog = replay(this.#found(k), undefined, past);
    catalog.keepRows(this.#found(k));
    const { only, missing } = catalog.difference(this.#found(k));
    return (past.differs = only.length > 0 || missing.length > 0);
  }

  /** A rerun of the file as far as it had got before it stopped at k. */
  walk(k: number, takesPart: (index: number) => boolean): Walk {
    const { path, pathSet } = this.#found(k);
    let past = this.#start(path, pathSet);
    let catalog = this.#found(k);
    // what has been done to that one
    let done = past;
    const outcomes = new Map<number, Outcome>();
    for (let at = 0; at < k; at++) {
      if (!takesPart(at)) continue;
      let outcome = this.#recall(at, k, past);
      let after: Catalog | undefined;
      if (!outcome) {
        catalog = replay(catalog, done, past);
        done = past;
        ({ outcome, after } = this.#attempt(at, k, past, catalog));
      }
      outcomes.set(at, outcome);
      if (!outcome.changes) continue;
      past = follow(past, outcome);
      if (!after) continue;
      catalog = after;
      done = past;
    }
    return { outcomes, changed: (past.makers ??= this.#makers(k, replay(catalog, done, past))) };
  }

  #makers(k: number, catalog: Catalog): (number | undefined)[] {
    const end = catalog.clone();
    end.endSession();
    end.keepRows(this.#found(k));
    const { only, missing } = end.difference(this.#found(k));
    return [...only, ...missing].map(({ id }) => {
      const maker = /^s(\d+):/.exec(id)?.[1];
      return maker === undefined ? undefined : Number(maker);
    });
  }

  #recall(index: number, k: number, past: Past): Outcome | undefined {
    const known = this.#known[index];
    if (!known) return undefined;
    for (let which = known.length - 1; which >= 0; which--) {
      const outcome = known[which] as Outcome;
      if (k !== outcome.at) {
        const [from, to] = this.span(outcome);
        if (k < from || k >= to) continue;
      }
      if (outcome.past === past || holds(outcome, past)) return outcome;
    }
    return undefined;
  }

  /** The stops between which it is the same. */
  span(outcome: Outcome): readonly [from: number, to: number] {
    if (outcome.span) return outcome.span;
    let from = 0;
    let to = Infinity;
    for (const key of outcome.reads) {
      const token = outcome.met.get(key);
      if (token && (!('known' in token) || token.known)) continue;
      for (const stop of this.#changes.get(key) ?? []) {
        if (stop <= outcome.at) from = Math.max(from, stop);
        else {
          to = Math.min(to, stop);
          break;
        }
      }
    }
    return (outcome.span = [from, to]);
  }

  /** As a server would run it: an error leaves everything as it was, damage is done. */
  #attempt(index: number, k: number, past: Past, from: Catalog): { outcome: Outcome; after: Catalog | undefined } {
    const effect = this.#effects[index] as Effect;
    const run = this.#runs[index] as Run;
    const reads = new Set<string>();
    const go = (rerun: boolean): Catalog => {
      const copy = from.clone();
      copy.reads = reads;
      if (!rerun) copy.precious = undefined;
      effect.run(copy, rerun ? run : { ...run, rerun: false });
      copy.reads = undefined;
      copy.precious = from.precious;
      return copy;
    };
    let trouble: Outcome['trouble'];
    let after: Catalog | undefined;
    try {
      after = go(true);
    } catch (error) {
      if (!(error instanceof StepError)) throw error;
      trouble = { why: error.message, fails: !(error instanceof DamageError), within: error.within };
    }
    if (trouble && !trouble.fails)
      try {
        after = go(false);
      } catch (error) {
        if (!(error instanceof StepError)) throw error;
      }
    const met = new Map<string, Token>();
    if (past.outcomes > 0) for (const [key, token] of changedBy(past)) if (reads.has(key)) met.set(key, token);
    const changes = after && changesBetween(from, after);
    const outcome: Outcome = { trouble, changes, at: k, past, reads, met, tokens: new Map() };
    (this.#known[index] ??= []).push(outcome);
    return { outcome, after };
  }
}

/** A catalog to which one thing has been done, with the rest done to it, too. */
function replay(catalog: Catalog, done: Past | undefined, past: Past): Catalog {
  if (done === past) return catalog;
  const missing: Outcome[] = [];
  for (let at: Past | undefined = past; at && at !== done; at = at.before) if (at.outcome) missing.push(at.outcome);
  const copy = catalog.clone();
  for (const outcome of missing.reverse()) {
    const { objects, dropped } = outcome.changes as Changes;
    copy.replay(objects);
    if (dropped.size > 0) copy.dropped = new Set([...copy.dropped, ...dropped]);
  }
  copy.path = past.path;
  copy.pathSet = past.pathSet;
  return copy;
}

function changesBetween(before: Catalog, after: Catalog): Changes | undefined {
  const objects = after.changesSince(before);
  const moved = after.pathSet !== before.pathSet || after.path.join('\0') !== before.path.join('\0');
  const dropped = new Set(
    after.dropped === before.dropped ? [] : [...after.dropped].filter((key) => !before.dropped.has(key)),
  );
  if (objects.size === 0 && !moved && dropped.size === 0) return undefined;
  const keys = new Map<string, Obj | typeof NOTHING | undefined>();
  for (const key of before.changedKeys(after)) keys.set(key, after.answerTo(key));
  for (const key of dropped) keys.set(`dropped:${key}`, undefined);
  return { objects, keys, dropped, path: after.path, pathSet: after.pathSet };
}

/** Is all that it asked for as it was? */
function holds({ past, reads, met }: Outcome, now: Past): boolean {
  if (past.pathSet !== now.pathSet || past.path.join('\0') !== now.path.join('\0')) return false;
  if (now.outcomes === 0) return met.size === 0;
  const changed = changedBy(now);
  if (met.size === 0) return !meets(reads, changed);
  for (const [key, token] of met) if (changed.get(key) !== token) return false;
  for (const key of reads) if (changed.has(key) && !met.has(key)) return false;
  return true;
}

/** What has been done, and then this. */
function follow(past: Past, outcome: Outcome): Past {
  let next = past.next.get(outcome);
  if (next) return next;
  const { path, pathSet } = outcome.changes as Changes;
  const outcomes = past.outcomes + 1;
  next = { before: past, outcome, outcomes, changed: undefined, path, pathSet, next: new Map() };
  past.next.set(outcome, next);
  return next;
}

/** The keys of all that has been done so far. */
function changedBy(past: Past): ReadonlyMap<string, Token> {
  if (past.changed) return past.changed;
  const behind: Outcome[] = [];
  let from: Past | undefined = past;
  for (; from && !from.changed; from = from.before) if (from.outcome) behind.push(from.outcome);
  const changed = from?.changed ?? new Map<string, Token>();
  if (from) from.changed = undefined;
  for (const outcome of behind.reverse())
    for (const [key, answer] of (outcome.changes as Changes).keys) {
      if (answer) {
        changed.set(key, answer);
        continue;
      }
      const before = changed.get(key);
      let token = outcome.tokens.get(before);
      if (!token) {
        const known = before !== undefined && (!('known' in before) || before.known);
        outcome.tokens.set(before, (token = { known }));
      }
      changed.set(key, token);
    }
  return (past.changed = changed);
}
