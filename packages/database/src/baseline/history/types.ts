/** What comes of comparing a history of migrations with a live database. Plain data. */
import type { FolderView, Tool } from '@idempotify/core';
import type { Json } from '../../catalog/diff.ts';
import type { Server } from '../../runners/types.ts';
import type { Place } from '../../verify/types.ts';

/** A migration of the history, in the tool's order. */
export interface HistoryMigration {
  /** Relative to the folder, with '/'. */
  readonly path: string;
  /** Read when its turn comes. */
  text(): string;
}

export interface ReplayOptions {
  /** A throw-away server. */
  readonly server: Server;
  readonly tool: Tool;
  readonly migrations: readonly HistoryMigration[];
  /** Lets the tool's rules read a settings file beside a migration. */
  readonly folder?: FolderView;
  /** SQL that the scratch database starts with: what something else than the migrations provides. */
  readonly prelude?: string;
  /** The server is somebody's: nothing is run that reaches beyond a scratch database. */
  readonly confined: boolean;
  /** The schema in which names without a schema are made; default: public. */
  readonly schema?: string;
  /** Roles that the live database has: made on the scratch server when a migration names one of them, unless that is confined. */
  readonly roles?: ReadonlySet<string>;
  /** Is told after each migration. */
  progress?(done: number, total: number): void;
  readonly signal?: AbortSignal;
}

/**
 * What the live database says about one statement.
 * - `there`: everything that it does is there, as it left it or as a later statement left it, and something of it can only
 *   come from this statement or a later one.
 * - `partly`: some of it is.
 * - `missing`: nothing of it is.
 * - `overwritten`: later statements have undone or replaced what it does: with and without it, the catalogs are the same.
 * - `nothing`: it leaves nothing behind (SET, IF EXISTS on what is not there), so that it makes no difference.
 * - `data`: it only writes rows, and no catalog tells whether it was run.
 * - `not run`: it could not be replayed, so that nothing is known about what it does.
 */
export type StatementVerdict = 'there' | 'partly' | 'missing' | 'overwritten' | 'nothing' | 'data' | 'not run';

export interface StatementStand extends Place {
  readonly verdict: StatementVerdict;
  /** It writes rows, whatever else it does. */
  readonly data: boolean;
  /** Why it could not be replayed. */
  readonly reason?: string;
  readonly advice?: string;
}

/**
 * - `there`: all its statements are `there`, `overwritten`, `nothing` or `data`, and one is `there`.
 * - `partly`: some are there, and some are missing.
 * - `missing`: none is there, and something is missing.
 * - `untold`: nothing in the catalogs tells whether it was run.
 * - `not run`: a statement could not be replayed.
 */
export type MigrationVerdict = 'there' | 'partly' | 'missing' | 'untold' | 'not run';

export interface MigrationStand {
  readonly path: string;
  readonly verdict: MigrationVerdict;
  readonly statements: readonly StatementStand[];
}

/** A statement of the history; both 0-based. */
export interface StatementPlace {
  readonly migration: number;
  readonly statement: number;
}

/** Something that the history makes, and that is not so in the live database. */
export interface HistoryDifference {
  readonly kind: string;
  readonly name: string;
  /** `left over`: the history has dropped it, and it is still there as it was before. */
  readonly change: 'missing' | 'different' | 'left over';
  /** Of a different object only the properties that differ. */
  readonly expected: Readonly<Record<string, Json>> | null;
  readonly live: Readonly<Record<string, Json>> | null;
  /** The statement that made it so. */
  readonly by: StatementPlace;
}

/** Something in the live database that no migration makes. */
export interface ExtraObject {
  readonly kind: string;
  readonly name: string;
  readonly live: Readonly<Record<string, Json>>;
}

/** Columns that both have stand in another order. That is no difference, since it can't be changed. */
export interface OrderDifference {
  readonly kind: 'column order' | 'label order';
  readonly name: string;
  readonly expected: readonly string[];
  readonly live: readonly string[];
}

/** Why no more migrations can be marked. */
export interface Obstacle {
  /** Index of the migration that can't. */
  readonly migration: number;
  /**
   * - `missing`: not all that it leaves is there.
   * - `not run`: it could not be replayed.
   * - `data`: a statement of it only writes rows; `assumeData` would help when `withData` is greater than `markable`.
   * - `untold`: nothing that is certainly there follows it.
   */
  readonly why: 'missing' | 'not run' | 'data' | 'untold';
}

export interface HistoryComparison {
  /** `server_version_num` of both. */
  readonly version: { readonly live: number; readonly replay: number };
  readonly migrations: readonly MigrationStand[];
  /** The last statement that is certainly there; undefined when none is. */
  readonly stand: StatementPlace | undefined;
  /** The first so many migrations can be marked as applied. */
  readonly markable: number;
  /** How many it would be if statements that only write rows count as run. */
  readonly withData: number;
  readonly obstacle?: Obstacle;
  /** Migrations that are not there as a whole, although a later one is: indexes. */
  readonly gaps: readonly number[];
  /** What the history makes up to where the database stands, and is not so. */
  readonly differences: readonly HistoryDifference[];
  readonly extra: readonly ExtraObject[];
  readonly order: readonly OrderDifference[];
  /** What a person should know, as sentences. */
  readonly notes: readonly string[];
}
