/** Corrects what has a certain correction, again and again until nothing is left of it. */
import { type Edit, type FileLint, type Finding, applyEdits, decodeMigration } from '@idempotify/core';
import { WriteError, replaceFile } from '../files/write.ts';
import type { Linter } from './linter.ts';
import type { LintJob } from './protocol.ts';
import type { LintFileReport } from './report.ts';

/** A correction may make another one possible; two that undo each other must come to an end. */
const PASSES = 10;

export interface Correction {
  readonly linter: Linter;
  readonly job: LintJob;
  /** The name in a diff. */
  readonly display: string;
  /** The file as it was linted, without corrections. */
  readonly lint: FileLint;
  /** Rules that have any. */
  readonly fixable: ReadonlySet<string>;
  /** Findings that stay as they are. */
  readonly skip: (lint: FileLint, text: string) => ReadonlySet<Finding>;
  readonly write: boolean;
  readonly diff: boolean;
  /** Whether the text itself is wanted. */
  readonly text: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface Corrected extends Pick<LintFileReport, 'fixes' | 'diff' | 'text' | 'error'> {
  /** As it is afterwards; undefined when nothing has changed. */
  readonly lint?: FileLint;
  readonly content: string;
}

/** @returns undefined when there is nothing to correct */
export async function correct(what: Correction): Promise<Corrected | undefined> {
  const { linter, job, lint, fixable } = what;
  if (!what.text && !lint.findings.some(({ rule }) => fixable.has(rule))) return undefined;
  const bytes = linter.bytesOf(job.path);
  if (typeof bytes === 'string') return { error: bytes, content: '' };
  const decoded = decodeMigration(bytes);
  if (decoded.kind === 'broken') return undefined;
  const before = decoded.text;
  let text = before;
  let fixes = 0;
  for (let pass = 0; pass < PASSES && !what.signal?.aborted; pass++) {
    const now = linter.lint(job, text, true).lint;
    const skipped = what.skip(now, text);
    const chosen = disjoint(now.findings.filter((finding) => finding.fix !== undefined && !skipped.has(finding)));
    const edits = chosen.flatMap((finding) => finding.fix ?? []);
    if (edits.length === 0) break;
    let next = applyEdits(text, edits);
    // what the tool wants around a DO block that was written into the file
    const more = linter.toolOf(job.folder).fileEdits?.(next, edits.some(hasDo)) ?? [];
    if (more.length > 0) next = applyEdits(next, more);
    if (next === text) break;
    text = next;
    fixes += chosen.length;
  }
  if (text === before) return what.text ? { content: text, text } : undefined;
  const now = linter.lint(job, text, false).lint;
  const told = {
    fixes,
    ...(what.diff ? { diff: (await import('../diff.ts')).unifiedDiff(what.display, before, text) } : {}),
    ...(what.text ? { text } : {}),
  };
  if (!what.write) return { ...told, lint: now, content: text };
  try {
    await replaceFile(job.path, bytes, new TextEncoder().encode(text), what.signal);
    return { ...told, lint: now, content: text };
  } catch (error) {
    if (what.signal?.aborted) return undefined;
    return { error: error instanceof WriteError ? error.message : String(error), content: before };
  }
}

const hasDo = ({ text }: Edit): boolean => /\bDO\s+(?:\$|')/i.test(text);

/** The corrections that don't touch what another one changes. The others get their turn in the next pass. */
function disjoint(findings: readonly Finding[]): readonly Finding[] {
  const out: Finding[] = [];
  const taken: Edit[] = [];
  for (const finding of findings) {
    const edits = finding.fix ?? [];
    const from = Math.min(...edits.map(({ start }) => start));
    const to = Math.max(...edits.map(({ end }) => end));
    if (edits.length === 0 || taken.some(({ start, end }) => from <= end && start <= to)) continue;
    taken.push({ start: from, end: to, text: '' });
    out.push(finding);
  }
  return out;
}
