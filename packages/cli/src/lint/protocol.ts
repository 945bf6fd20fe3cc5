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
  /** JSON of `[findings, directives]`. */
  readonly body: string;
  /** Statements that do something. */
  readonly statements: number;
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

type Body = readonly [findings: readonly PrintedFinding[], directives: readonly Directive[]];

/** The same in the thread that has made it: nothing is written down unless somebody keeps it. */
class LiveLint implements PackedLint {
  readonly id: number;
  readonly hash: string;
  readonly past: boolean;
  readonly reads: PackedLint['reads'];
  readonly lint: Omit<FileLint, 'findings'> & { readonly findings: readonly PrintedFinding[] };

  constructor({ id, hash, past, reads }: Pick<PackedLint, 'id' | 'hash' | 'past' | 'reads'>, lint: LiveLint['lint']) {
    this.id = id;
    this.hash = hash;
    this.past = past;
    this.reads = reads;
    this.lint = lint;
  }

  get statements(): number {
    return this.lint.statements;
  }
  get body(): string {
    return JSON.stringify([this.lint.findings, this.lint.directives] satisfies Body);
  }
  get facts(): string {
    return JSON.stringify(this.lint.facts);
  }
}

export function liveLint(
  about: Pick<PackedLint, 'id' | 'hash' | 'past' | 'reads'>,
  lint: FileLint,
  text: string,
): PackedLint {
  const findings = lint.findings.map((finding): PrintedFinding => {
    const { statement: _statement, ...rest } = finding;
    return { ...rest, fingerprint: fingerprintOf(finding, text) };
  });
  return new LiveLint(about, { ...lint, findings });
}

/** As it goes to another thread, or into the cache. */
export function pack(result: PackedLint, id = result.id): PackedLint {
  const { failed, body, statements, facts, hash, past, reads } = result;
  return { id, body, statements, facts, hash, past, reads, ...(failed === undefined ? {} : { failed }) };
}

/** The same result under another number. */
export const renumbered = (result: PackedLint, id: number): PackedLint =>
  result instanceof LiveLint ? new LiveLint({ ...result, id }, result.lint) : { ...result, id };

export function unpack(result: PackedLint): Omit<FileLint, 'facts'> {
  if (result instanceof LiveLint) return result.lint;
  const [findings, directives] = JSON.parse(result.body) as Body;
  return { findings, directives, statements: result.statements };
}
export const unpackFacts = (result: PackedLint): readonly Fact[] =>
  result instanceof LiveLint ? result.lint.facts : (JSON.parse(result.facts) as Fact[]);

export interface WorkerData {
  readonly settings: LintSettings;
  readonly jobs: readonly LintJob[];
  /** [0]: the next job that nobody has taken; [1 + worker]: the job that it is at, -1 = none. */
  readonly state: Int32Array<SharedArrayBuffer>;
  readonly worker: number;
  /** See `compiledParser`. */
  readonly parser: object;
}

export type FromWorker = readonly PackedLint[];

/** Files that a thread takes at a time. */
export const TAKEN = 16;
