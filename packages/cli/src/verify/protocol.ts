/** What the main thread and the workers of `verify` say to each other. */
import type { CheckName, MigrationProof, WholeHistory } from '@idempotify/database';

export type ServerSettings =
  | { readonly kind: 'pglite'; readonly extensions: readonly string[] }
  | { readonly kind: 'server'; readonly url: string; readonly run: string };

export interface VerifyFile {
  /** Relative to the folder, with '/'. */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  /** The original where it is another one: where it lies, or what it says. */
  readonly original?: { readonly path: string } | { readonly text: string };
}

export interface VerifyFolder {
  /** Absolute. */
  readonly root: string;
  /** `Tool.name`. */
  readonly tool: string;
  readonly files: readonly VerifyFile[];
}

export interface VerifySettings {
  readonly server: ServerSettings;
  /** Milliseconds. */
  readonly statementTimeout: number;
  readonly checks: readonly CheckName[];
  readonly confined: boolean;
  readonly prelude: string;
  readonly folders: readonly VerifyFolder[];
}

/** `index` -1: the whole history of the folder. */
export interface Task {
  readonly folder: number;
  readonly index: number;
}

export type ToVerifyWorker = { readonly task: Task } | { readonly close: true };

export type FromVerifyWorker =
  | { readonly kind: 'ready'; readonly version: number }
  | { readonly kind: 'proof'; readonly task: Task; readonly proof: MigrationProof; readonly ms: number }
  | { readonly kind: 'whole'; readonly task: Task; readonly whole: WholeHistory }
  /** Nothing more is to be had from this run. */
  | { readonly kind: 'fault'; readonly task?: Task; readonly message: string }
  | { readonly kind: 'closed' };

export interface VerifyWorkerData {
  readonly settings: VerifySettings;
  /** [0]: when the statement that is running was begun, in ms since the epoch; 0: none is running. */
  readonly begun: BigInt64Array<SharedArrayBuffer>;
  /** [0]: length in bytes of the beginning of that statement, which follows in UTF-8. */
  readonly running: Uint8Array<SharedArrayBuffer>;
}

/** Bytes of `running`. */
export const RUNNING_BYTES = 200;
