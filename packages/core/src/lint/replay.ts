/** Replays a whole history by name: no database, no order of execution but that of the files. */
import type { Fact } from './facts.ts';

/** A fact and the file that it stands in. */
export interface Placed {
  /** Position of the file in the history. */
  readonly file: number;
  readonly fact: Fact;
}

/** Something that does not fit to what the files before it leave. */
export type Conflict =
  /** Made although it is there. */
  | { readonly kind: 'created-twice'; readonly at: Placed; readonly earlier: Placed }
  /** Used, and only made by a later file. */
  | { readonly kind: 'used-before-created'; readonly at: Placed; readonly later: Placed }
  /** Used, although an earlier file has dropped (or renamed) it. */
  | { readonly kind: 'used-after-dropped'; readonly at: Placed; readonly dropped: Placed };

export interface Replay {
  readonly conflicts: readonly Conflict[];
}

/** @param files the facts of each file, in the order in which the tool runs them */
export function replay(_files: readonly (readonly Fact[])[]): Replay {
  return { conflicts: [] };
}
