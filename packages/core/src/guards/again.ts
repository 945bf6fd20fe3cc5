/**
 * What a second run of a file does wrong, statement by statement, as it is written: the question behind every guard. Nothing is searched
 * for here, so the answer comes much sooner than a plan.
 */
import { DamageError, StepError, type Catalog } from '../model/catalog.ts';
import type { Effect, Run } from '../model/effect.ts';
import { discover, harm, makeRun, runCourse, type Course, type Harm } from './course.ts';

export interface SecondRun {
  readonly why: string;
  /** The server would raise an error; otherwise it would repeat or damage something without one. */
  readonly fails: boolean;
  /** The statement of a DO block that is the reason: 'CREATE TABLE (table "t")'. */
  readonly within?: string | undefined;
}

/**
 * By the position of each statement; undefined where a second run is harmless.
 *
 * @param history what earlier migrations left, if that is known
 * @param entangled positions of the statements that others may make room for; asked only where it matters
 */
export function secondRuns(
  effects: readonly (Effect | undefined)[],
  history: Catalog | undefined,
  entangled: () => ReadonlySet<number>,
): readonly (SecondRun | undefined)[] {
  const world = discover(effects, history);
  const course = runCourse(effects, world, world.initial);
  const { states, visible, found, steps } = course;
  const alone = effects.map((effect, index): Harm | undefined => {
    if (!effect || effect.transaction !== undefined) return undefined;
    // most of what can't be repeated meets itself right behind its first run; nothing else has to be asked then
    for (const k of visible) {
      if (k <= index) continue;
      const harmed = harm(
        effect,
        found[k] as Catalog,
        makeRun(index, true, steps),
        states[index] as Catalog,
        new Set(),
      );
      if (harmed.why !== undefined) return harmed;
    }
    return undefined;
  });
  // Something in front of it may undo it before it comes: DROP … IF EXISTS, CREATE. Only then its surroundings have to be looked at.
  const last = found.length - 1;
  const undoes = effects.findIndex((effect, index) => {
    if (!effect || effect.data || !alone[index]) return false;
    const run = makeRun(index, true, steps);
    const atTheEnd = alone[index].fails
      ? harm(effect, found[last] as Catalog, run, states[index] as Catalog, new Set())
      : alone[index];
    return atTheEnd.why !== undefined && !atTheEnd.fails;
  });
  let others: ReadonlySet<number> | undefined;
  const walks = new Map<number, Walk>();
  const walkTo = (k: number): Walk => {
    let known = walks.get(k);
    if (!known) walks.set(k, (known = walk(effects, course, k, (others ??= entangled()))));
    return known;
  };
  return alone.map((harmed, index) => {
    if (harmed?.why === undefined) return undefined;
    const { why, fails = false, within } = harmed;
    const answer: SecondRun = { why, fails, within };
    if (undoes < 0 || index < undoes || !(others ??= entangled()).has(index)) return answer;
    // run again with all that stands in front of it, does it leave things as they are, wherever the file had stopped?
    // most of what goes wrong does so at the end, too: one walk then answers for all of them
    for (const k of [last, ...visible]) {
      if (k <= index) continue;
      const { troubled, changed } = walkTo(k);
      const trouble = troubled.get(index);
      // 'it would change something' alone says less than what goes wrong with the others
      if (trouble) return why.startsWith('it would change') ? trouble : answer;
      // what another statement has made once more is not this one's business
      if (changed.some((maker) => maker === index || maker === undefined || !alone[maker]?.why)) return answer;
    }
    return undefined;
  });
}

interface Walk {
  /** Statements that fail, or damage something. */
  readonly troubled: ReadonlyMap<number, SecondRun>;
  /** What is not as it was before the rerun: the positions of the statements that have made it, undefined for what was there before. */
  readonly changed: readonly (number | undefined)[];
}

/** A rerun of the file as far as it had got before it stopped at k. */
function walk(
  effects: readonly (Effect | undefined)[],
  { found, steps }: Course,
  k: number,
  entangled: ReadonlySet<number>,
): Walk {
  let catalog = (found[k] as Catalog).clone();
  const troubled = new Map<number, SecondRun>();
  for (let at = 0; at < k; at++) {
    const effect = effects[at];
    // the others meet what they have left themselves: they fail, or change nothing
    if (!effect || effect.transaction !== undefined || !entangled.has(at)) continue;
    const outcome = attempt(effect, catalog, makeRun(at, true, steps));
    if (outcome.trouble) troubled.set(at, outcome.trouble);
    catalog = outcome.catalog;
  }
  catalog.endSession();
  keepRows(catalog, found[k] as Catalog);
  const { only, missing } = catalog.difference(found[k] as Catalog);
  const makers = [...only, ...missing].map(({ id }) => /^s(\d+):/.exec(id)?.[1]);
  return { troubled, changed: makers.map((maker) => (maker === undefined ? undefined : Number(maker))) };
}

/** As a server would run it: an error leaves everything as it was, damage is done. */
function attempt(effect: Effect, from: Catalog, run: Run): { catalog: Catalog; trouble: SecondRun | undefined } {
  const catalog = from.clone();
  let trouble: SecondRun;
  try {
    effect.run(catalog, run);
    return { catalog, trouble: undefined };
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    trouble = { why: error.message, fails: !(error instanceof DamageError), within: error.within };
  }
  if (trouble.fails) return { catalog: from, trouble };
  const damaged = from.clone();
  damaged.precious = undefined;
  try {
    effect.run(damaged, { ...run, rerun: false });
    damaged.precious = from.precious;
    return { catalog: damaged, trouble };
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    return { catalog: from, trouble };
  }
}

/** Data steps that have run once more in the same order leave the rows as they were. */
function keepRows(catalog: Catalog, wanted: Catalog): void {
  for (const [id, object] of wanted.objects) {
    const now = catalog.objects.get(id);
    if (now && now.rows !== object.rows && now.rows.length === object.rows.length)
      catalog.update(now, { rows: object.rows });
  }
}
