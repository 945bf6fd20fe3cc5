/** What the main thread and the workers say to each other. Paths go over, not texts; texts come back only when they are needed. */

import type { Problem, StatementResult } from '@idempotify/core';
import type { Counts } from '../results.ts';

export interface FolderSpec {
  /** Absolute. */
  readonly root: string;
  /** `Tool.name`. */
  readonly tool: string;
  /** The up migrations in the tool's order, absolute. */
  readonly files: readonly string[];
}

export interface Settings {
  readonly guard: 'shape' | 'name';
  readonly pgVersion: number;
  readonly folders: readonly FolderSpec[];
  /** All statements in the results, or only those that a person has to look at. */
  readonly statements: 'all' | 'findings';
  readonly diff: boolean;
  /** The bytes before and after of changed files in the results. */
  readonly bytes: boolean;
  /** Contents that count instead of those on the disk, by absolute path. */
  readonly texts?: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  /** Absolute; every file is written there too, changed or not. */
  readonly outDir?: string;
}

export interface Job {
  /** Position among all jobs; results are put in this order again. */
  readonly id: number;
  readonly folder: number;
  /** Absolute. */
  readonly path: string;
  /** The name in a diff. */
  readonly display: string;
  /** Relative to the output folder. */
  readonly out?: string;
}

export interface JobResult {
  readonly id: number;
  readonly status: 'changed' | 'unchanged' | 'broken' | 'failed';
  readonly reason?: string;
  readonly counts: Counts;
  readonly statements: readonly StatementResult[];
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
  readonly diff?: string;
  readonly before?: Uint8Array<ArrayBuffer>;
  readonly after?: Uint8Array<ArrayBuffer>;
}

export type ToWorker = { readonly jobs: readonly Job[] };
export type FromWorker = { readonly results: readonly JobResult[] };

export interface WorkerData {
  readonly settings: Settings;
  /** [0]: not 0 = stop before the next file; [1 + worker]: id of the job that the worker is at, -1 = none. */
  readonly state: Int32Array<SharedArrayBuffer>;
  readonly worker: number;
}
