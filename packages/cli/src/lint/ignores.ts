/**
 * Known findings: what a project already had when it began to lint. They are kept by rule, file and the text of the statement, so that
 * they stay known when lines move, and what is new in the same file is told.
 */
import fs from 'node:fs';
import path from 'node:path';
import { errorCode, systemMessage } from '@idempotify/core';
import { UsageError } from '../errors.ts';
import { writeNamedFile } from '../files/write.ts';
import { printable } from '../terminal.ts';
import type { LintFinding } from './report.ts';

export const KNOWN_FILE = '.idempotify-known.json';
const FORM = 1;

interface Entry {
  readonly rule: string;
  /** Relative to the folder that the file of known findings lies in, with '/'. */
  readonly path: string;
  readonly fingerprint: string;
  /** How often; 1 unless said. */
  readonly count?: number;
  /** For those who read the file. */
  readonly about?: string;
}

const keyOf = ({ rule, path, fingerprint }: Pick<Entry, 'rule' | 'path' | 'fingerprint'>): string =>
  `${rule}\n${path}\n${fingerprint}`;

export class KnownFindings {
  readonly file: string;
  readonly exists: boolean;
  readonly #entries: readonly Entry[];
  readonly #left = new Map<string, number>();
  /** Files that were linted. */
  readonly #linted = new Set<string>();
  readonly #found = new Map<string, Entry & { count: number }>();

  /** @param file absolute. @throws UsageError when it can't be read or is no such file; that it isn't there is fine unless it was `named` */
  constructor(file: string, named: boolean) {
    this.file = file;
    const entries = readKnown(file, named);
    this.exists = entries !== undefined;
    this.#entries = entries ?? [];
    for (const entry of this.#entries) this.#left.set(keyOf(entry), entry.count ?? 1);
  }

  /** Marks those that are known. @param file absolute */
  mark(file: string, findings: readonly LintFinding[]): readonly LintFinding[] {
    const relative = this.#relative(file);
    this.#linted.add(relative);
    return findings.map((finding) => {
      if (finding.suppressed) return finding;
      const entry = { rule: finding.rule, path: relative, fingerprint: finding.fingerprint };
      const key = keyOf(entry);
      const found = this.#found.get(key);
      if (found) found.count++;
      else this.#found.set(key, { ...entry, count: 1, about: finding.message });
      const left = this.#left.get(key) ?? 0;
      if (left === 0) return finding;
      this.#left.set(key, left - 1);
      return { ...finding, known: true };
    });
  }

  /** @param file absolute */
  has(file: string, rule: string, fingerprint: string): boolean {
    return this.#left.has(keyOf({ rule, path: this.#relative(file), fingerprint }));
  }

  #relative(file: string): string {
    return path.relative(path.dirname(this.file), file).split(path.sep).join('/');
  }

  /** Entries of files that were linted that nothing is found for. */
  gone(): number {
    let gone = 0;
    for (const entry of this.#entries) if (this.#linted.has(entry.path)) gone += this.#left.get(keyOf(entry)) ?? 0;
    return gone;
  }

  /**
   * Writes everything that was found; entries of files that were not linted stay as long as the file is there.
   *
   * @throws UsageError
   */
  update(): { written: number; gone: number; added: number } {
    const folder = path.dirname(this.file);
    const others = this.#entries.filter(
      (each) => !this.#linted.has(each.path) && fs.existsSync(path.join(folder, each.path)),
    );
    const dropped = this.#entries.filter((each) => !this.#linted.has(each.path)).length - others.length;
    const before = new Map(this.#entries.map((each) => [keyOf(each), each.count ?? 1]));
    let added = 0;
    for (const [key, { count }] of this.#found) added += Math.max(0, count - (before.get(key) ?? 0));
    const entries = [...others, ...this.#found.values()]
      .map(({ rule, path, fingerprint, count = 1, about }): Entry => ({
        rule,
        path,
        fingerprint,
        ...(count === 1 ? {} : { count }),
        ...(about === undefined ? {} : { about }),
      }))
      .sort((a, b) => order(a.path, b.path) || order(a.rule, b.rule) || order(a.fingerprint, b.fingerprint));
    const head = '{\n  "version": 1,\n  "findings": [';
    const lines = entries.map((entry) => `\n    ${JSON.stringify(entry)}`).join(',');
    try {
      fs.mkdirSync(folder, { recursive: true });
      writeNamedFile(this.file, `${head}${lines}${lines === '' ? '' : '\n  '}]\n}\n`);
    } catch (error) {
      throw new UsageError(`${printable(this.file)} ${systemMessage(error)}`, { cause: error });
    }
    return {
      written: entries.reduce((sum, { count = 1 }) => sum + count, 0),
      gone: this.gone() + dropped,
      added,
    };
  }
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** @returns undefined where there is none */
function readKnown(file: string, named: boolean): readonly Entry[] | undefined {
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT' && !named) return undefined;
    throw new UsageError(
      `the known findings ${printable(file)} can not be read: ${systemMessage(error)}${errorCode(error) === 'ENOENT' ? '; --update-ignores writes them' : ''}`,
      { cause: error },
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new UsageError(`the known findings ${printable(file)} do not parse: ${systemMessage(error)}`, {
      cause: error,
    });
  }
  const { version, findings } = (value ?? {}) as { version?: unknown; findings?: unknown };
  if (version !== FORM || !Array.isArray(findings) || !findings.every(isEntry)) {
    throw new UsageError(
      `${printable(file)} is no file of known findings of this version; --update-ignores with another --known-findings FILE writes one`,
    );
  }
  return findings as Entry[];
}

function isEntry(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { rule, path, fingerprint, count } = value as Record<string, unknown>;
  return (
    [rule, path, fingerprint].every((each) => typeof each === 'string') &&
    (count === undefined || Number.isInteger(count))
  );
}
