/**
 * What a second run of a file does wrong, statement by statement, as it is written: the question behind every guard. Nothing is searched
 * for here, so the answer comes much sooner than a plan.
 */
import type { Catalog } from '../model/catalog.ts';
import type { Effect } from '../model/effect.ts';
import { discover, runCourse } from './course.ts';
import { Reruns, type Walk } from './reruns.ts';

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
  const { visible, found } = course;
  const reruns = new Reruns(effects, course);
  const alone = effects.map((effect, index): SecondRun | undefined => {
    if (!effect || effect.transaction !== undefined) return undefined;
    // most of what can't be repeated meets itself right behind its first run; nothing else has to be asked then
    let known = 0;
    for (const k of visible) {
      if (k <= index || k < known) continue;
      const harmed = harmAt(reruns, index, k);
      if (harmed) return harmed;
      // where nothing has changed that it asks for, it is the same again
      [, known] = reruns.span(reruns.alone(index, k).outcome);
    }
    return undefined;
  });
  // Something in front of it may undo it before it comes: DROP … IF EXISTS, CREATE. Only then its surroundings have to be looked at.
  const last = found.length - 1;
  const undoes = effects.findIndex((effect, index) => {
    if (!effect || effect.data || !alone[index]) return false;
    const atTheEnd = alone[index].fails ? harmAt(reruns, index, last) : alone[index];
    return atTheEnd !== undefined && !atTheEnd.fails;
  });
  let others: ReadonlySet<number> | undefined;
  // the others meet what they have left themselves: they fail, or change nothing
  const takesPart = (index: number): boolean => {
    const effect = effects[index];
    return effect !== undefined && effect.transaction === undefined && (others ??= entangled()).has(index);
  };
  const walks = new Map<number, Walk>();
  const walkTo = (k: number): Walk => {
    let known = walks.get(k);
    if (!known) walks.set(k, (known = reruns.walk(k, takesPart)));
    return known;
  };
  return alone.map((harmed, index) => {
    if (!harmed || undoes < 0 || index < undoes || !(others ??= entangled()).has(index)) return harmed;
    // run again with all that stands in front of it, does it leave things as they are, wherever the file had stopped?
    // most of what goes wrong does so at the end, too: one walk then answers for all of them
    for (const k of [last, ...visible]) {
      if (k <= index) continue;
      const { outcomes, changed } = walkTo(k);
      const trouble = outcomes.get(index)?.trouble;
      // 'it would change something' alone says less than what goes wrong with the others
      if (trouble) return harmed.why.startsWith('it would change') ? trouble : harmed;
      // what another statement has made once more is not this one's business
      if (changed.some((maker) => maker === index || maker === undefined || !alone[maker])) return harmed;
    }
    return undefined;
  });
}

/** What it does wrong when it is run once more at this stop. */
function harmAt(reruns: Reruns, index: number, k: number): SecondRun | undefined {
  const { outcome, differs } = reruns.alone(index, k);
  if (outcome.trouble) return outcome.trouble;
  return differs ? { why: 'it would change something again', fails: false, within: undefined } : undefined;
}
