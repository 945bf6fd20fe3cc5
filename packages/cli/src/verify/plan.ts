/** What there is to verify: migrations, their originals, and what an earlier run has proven of them. */
import fs from 'node:fs';
import path from 'node:path';
import { type CheckName, pgliteExtensions } from '@idempotify/database';
import { systemMessage, folderAt, decodeMigration, textOf } from '@idempotify/core';
import { UsageError } from '../errors.ts';
import type { InputPlan } from '../files/inputs.ts';
import { gitContents } from '../git.ts';
import type { Called } from '../options.ts';
import { printable } from '../terminal.ts';
import { type KeptProof, type ProofCache, link } from './cache.ts';
import type { VerifyFile } from './protocol.ts';
import type { MigrationReport } from './report.ts';

export interface PlannedMigration {
  readonly file: VerifyFile;
  readonly display: string;
  readonly original: MigrationReport['original'];
  /** Stands for the file, all that comes before it and how it is proven. */
  readonly key: string;
  readonly kept: KeptProof | undefined;
  /** Whether it is to be proven in this run. */
  readonly wanted: boolean;
  /** Why it can't be read. */
  readonly problem?: string;
}

export interface PlannedProof {
  readonly root: string;
  readonly display: string;
  readonly tool: InputPlan['folders'][number]['tool'];
  /** What the tool commits together, as a sentence. */
  readonly transactions: string;
  readonly migrations: readonly PlannedMigration[];
}

export interface ProofPlanOptions {
  readonly cwd: string;
  readonly original: string | undefined;
  readonly originalRef: string | undefined;
  readonly called: Called;
  /** Its SQL. */
  readonly prelude: string;
  /** What a proof depends on besides the files. */
  readonly ground: readonly string[];
  readonly checks: readonly CheckName[];
  readonly cache: ProofCache;
  readonly shard: { readonly index: number; readonly of: number } | undefined;
}

export interface ProofPlan {
  readonly folders: readonly PlannedProof[];
  /** Extensions that the prelude and the migrations create and PGlite has. */
  readonly extensions: readonly string[];
}

/** @throws UsageError when originals were asked for that are not there */
export function planProofs({ folders, targets }: InputPlan, options: ProofPlanOptions): ProofPlan {
  const extensions = new Set(extensionsIn(options.prelude));
  const displays = new Map(targets.map((target) => [target.path, target.display]));
  let position = 0;
  const planned = folders.map(({ root, display, tool, files }): PlannedProof => {
    const originals = originalsOf(root, files, folders.length, options);
    const names = files.map((file) => path.relative(root, file).split(path.sep).join('/'));
    const folder = folderAt(root, names);
    // what holds for an empty file holds for most
    const { scope, note } = tool.transactions('', names[0] ?? '', folder);
    let before = link(...options.ground, tool.name, ...options.checks);
    const migrations = files.map((file, index): PlannedMigration => {
      const { shard } = options;
      const name = names[index]!;
      const asked = displays.has(file);
      const mine = asked && (shard === undefined || position % shard.of === shard.index - 1);
      if (asked) position++;
      const common = { display: displays.get(file) ?? path.join(display, name), wanted: mine };
      const text = textOf(file);
      if (typeof text !== 'string') {
        before = link(before, text.problem);
        return {
          ...common,
          file: { name, path: file },
          original: { from: 'itself' },
          key: before,
          kept: undefined,
          ...text,
        };
      }
      const original = originals(file);
      const other = original !== undefined && original.text !== text;
      for (const extension of extensionsIn(text)) extensions.add(extension);
      if (other) for (const extension of extensionsIn(original.text)) extensions.add(extension);
      // how the tool commits may stand in a settings file beside it
      const commits = JSON.stringify(tool.transactions(original?.text ?? text, name, folder));
      const key = link(before, name, commits, original?.text ?? text, text);
      before = link(before, original?.text ?? text);
      return {
        ...common,
        file: { name, path: file, ...(other ? { original: original.source } : {}) },
        original: other ? original.told : { from: 'itself' },
        key,
        kept: mine ? options.cache.get(key) : undefined,
      };
    });
    return { root, display, tool, transactions: note ?? scopes[scope], migrations };
  });
  return { folders: planned, extensions: shippedOf(extensions) };
}

const scopes = {
  file: 'Each file is committed as a whole.',
  statement: 'Every statement is committed on its own.',
  'all-pending': 'All pending files are committed together.',
  none: 'Nothing is known about transactions: every statement may stand on its own.',
} as const;

interface Original {
  readonly text: string;
  readonly source: NonNullable<VerifyFile['original']>;
  readonly told: MigrationReport['original'];
}

function originalsOf(
  root: string,
  files: readonly string[],
  folders: number,
  { cwd, original, originalRef, called }: ProofPlanOptions,
): (file: string) => Original | undefined {
  if (original !== undefined) {
    const base = path.resolve(cwd, original);
    const shown = `${called('original')} ${printable(original)}`;
    try {
      if (!fs.statSync(base).isDirectory()) throw new UsageError(`${shown} is no folder`);
    } catch (error) {
      if (error instanceof UsageError) throw error;
      throw new UsageError(`${shown}: ${systemMessage(error)}`, { cause: error });
    }
    // several folders lie in it as they do from here
    const place = folders === 1 ? base : path.join(base, path.relative(cwd, root));
    return (file) => {
      const there = path.join(place, path.relative(root, file));
      if (!fs.existsSync(there)) return undefined;
      const text = textOf(there);
      if (typeof text !== 'string') throw new UsageError(`${called('original')}: ${printable(there)}: ${text.problem}`);
      return { text, source: { path: there }, told: { from: 'folder', path: there } };
    };
  }
  const contents = gitContents(root, files, originalRef, called);
  return (file) => {
    const bytes = contents.get(file);
    const decoded = bytes ? decodeMigration(bytes) : undefined;
    if (decoded?.kind !== 'text') return undefined;
    const { text } = decoded;
    return { text, source: { text }, told: { from: 'git', path: originalRef ?? 'HEAD' } };
  };
}

const shippedOf = (names: Iterable<string>): string[] => [...names].filter((name) => pgliteExtensions.includes(name));

/** Extensions that the texts create and PGlite has. */
export const shippedExtensions = (texts: readonly string[]): string[] =>
  shippedOf(new Set(texts.flatMap(extensionsIn)));

/** Names that may be an extension's, also those inside of DO blocks: one too many does no harm. */
function extensionsIn(text: string): string[] {
  // the name is only looked at: it may be the next CREATE EXTENSION, behind a comment that says so
  return [...text.matchAll(/\bcreate\s+extension\s+(?=(?:if\s+not\s+exists\s+)?(?:"([^"]+)"|([\w-]+)))/gi)].map(
    ([, quoted, bare]) => quoted ?? bare!.toLowerCase(),
  );
}
