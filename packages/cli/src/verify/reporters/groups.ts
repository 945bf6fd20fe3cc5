/**
 * Failures and reasons, each told once. A file that misses one guard fails in nearly every way in which it is run, with
 * the same error at the same statement.
 */
import type { Failure, RunKind } from '@idempotify/database';
import type { MigrationReport, Unprovable } from '../report.ts';
import { runLabel } from './words.ts';

export interface FailureGroup {
  /** What was done, and of a single run also what came of it. */
  readonly title: string;
  /** The first of them; the others came out the same. */
  readonly failure: Failure;
  /** How many they are. */
  readonly count: number;
}

export function groupFailures(failures: readonly Failure[]): FailureGroup[] {
  const groups = new Map<string, Failure[]>();
  for (const failure of failures) {
    const { statement, error, differences, rows, sequences, advice } = failure;
    const key = JSON.stringify([statement, error, differences.map(({ text }) => text), rows, sequences, advice]);
    const group = groups.get(key);
    if (group) group.push(failure);
    else groups.set(key, [failure]);
  }
  return [...groups.values()].map((group) => ({ title: titleOf(group), failure: group[0]!, count: group.length }));
}

function titleOf(group: readonly Failure[]): string {
  if (group.length === 1) return group[0]!.title;
  const alone = group.filter(({ k }) => k === undefined);
  const stopped = new Map<RunKind, Set<number>>();
  for (const { kind, k } of group) {
    if (k !== undefined) stopped.set(kind, (stopped.get(kind) ?? new Set()).add(k));
  }
  // only the title tells which object had another shape
  const titles = new Set(alone.map(({ kind, title }) => (kind === 'drift' ? title : runLabel(kind, []))));
  const labels = [...stopped].map(([kind, ks]) => {
    const numbers = [...ks].sort((a, b) => a - b);
    return `${runLabel(kind, numbers)} statement${numbers.length === 1 && numbers[0] === 1 ? '' : 's'}`;
  });
  return `${group.length} runs with the same outcome: ${[...titles, ...labels].join('; ')}`;
}

/** Why a migration is not proven: the places in it, then what the checks say beyond that. */
export function reasonsOf({ unprovable, checks }: MigrationReport): readonly Unprovable[] {
  const reasons = [...unprovable];
  const told = new Set(unprovable.map(({ reason }) => reason));
  for (const reason of checks.flatMap((check) => (check.verdict === 'unproven' ? check.reasons : []))) {
    if (told.has(reason)) continue;
    told.add(reason);
    reasons.push({ reason });
  }
  return reasons;
}
