/** What the engine is given and gives, also from thread to thread. */
import type { Directive, Fact, FileLint, Finding } from '@idempotify/core';
import { fingerprintOf } from './fingerprint.ts';
import type { RuleSpec } from './settings.ts';

export interface LintFolder {
  /** Absolute. */
  readonly root: string;
  /** `Tool.name`. */
  readonly tool: string;
  /** The up migrations in the tool's order, absolute. */
  readonly files: readonly string[];
}

export interface LintSettings {
  readonly pgVersion: number;
  /** Every file is taken for one that runs in a transaction as a whole, where the tool doesn't say. */
  readonly assumeInTransaction: boolean;
  readonly specs: readonly RuleSpec[];
  readonly folders: readonly LintFolder[];
  /** Texts that count instead of those on the disk, by absolute path. */
  readonly texts: ReadonlyMap<string, Uint8Array>;
}

export interface LintJob {
  /** Position among all jobs. */
  readonly id: number;
  readonly folder: number;
  /** Absolute. */
  readonly path: string;
  /** Position in `LintSettings.specs`. */
  readonly spec: number;
}

/** What came of one file. It crosses threads and lies in the cache as text, which is read as far as somebody asks for it. */
export interface PackedLint {
  readonly id: number;
  /** Why there is no result. */
  readonly failed?: string;
  /** JSON of `[findings, directives, statements]`. */
  readonly body: string;
  /** JSON of the facts. */
  readonly facts: string;
  /** Of the bytes. */
  readonly hash: string;
  /** The migrations before it were looked at: the result holds as long as they stay the same. */
  readonly past: boolean;
  /** Other files that were looked at, relative to the folder, with the hash of their text; '' = not there. */
  readonly reads: readonly (readonly [path: string, hash: string])[];
}

/** A finding with its fingerprint, which takes the place of the statement that it was made from. */
export type PrintedFinding = Omit<Finding, 'statement'> & { readonly fingerprint?: string };

type Body = readonly [findings: readonly PrintedFinding[], directives: readonly Directive[], statements: number];

export function pack(lint: FileLint, text: string): Pick<PackedLint, 'body' | 'facts'> {
  const findings = lint.findings.map((finding): PrintedFinding => {
    const { statement: _statement, ...rest } = finding;
    return { ...rest, fingerprint: fingerprintOf(finding, text) };
  });
  return {
    body: JSON.stringify([findings, lint.directives, lint.statements] satisfies Body),
    facts: JSON.stringify(lint.facts),
  };
}

export function unpack({ body }: Pick<PackedLint, 'body'>): Omit<FileLint, 'facts'> {
  const [findings, directives, statements] = JSON.parse(body) as Body;
  return { findings, directives, statements };
}
export const unpackFacts = ({ facts }: Pick<PackedLint, 'facts'>): readonly Fact[] => JSON.parse(facts) as Fact[];

export interface WorkerData {
  readonly settings: LintSettings;
  readonly jobs: readonly LintJob[];
  /** [0]: the next job that nobody has taken; [1 + worker]: the job that it is at, -1 = none. */
  readonly state: Int32Array<SharedArrayBuffer>;
  readonly worker: number;
}

export type FromWorker = readonly PackedLint[];

/** Files that a thread takes at a time. */
export const TAKEN = 16;
