/**
 * What happened at which statement in which way of running the file. A failure is read off it at a glance: a column of
 * crosses is one statement that needs a guard, a triangle is a file that cannot go on after an interruption.
 */
import type { Place, Run } from '@idempotify/database';
import type { MigrationReport } from '../report.ts';
import { runLabel } from './words.ts';

/** `unknown`: the run raised an error and nobody can say where. */
export type Cell = 'ok' | 'raised' | 'not reached' | 'unknown';

/** Statements from..to (0-based, inclusive); more than one only when nothing was raised at any of them. */
export interface MatrixColumn {
  readonly from: number;
  readonly to: number;
  readonly place: Place;
}

export interface MatrixRow {
  readonly label: string;
  readonly failed: boolean;
  readonly cells: readonly Cell[];
  readonly result: string;
}

export interface Matrix {
  readonly columns: readonly MatrixColumn[];
  readonly rows: readonly MatrixRow[];
}

export interface Limits {
  readonly columns: number;
  readonly rows: number;
}

/** A run, or several neighbours with the same outcome. */
interface Line {
  readonly run: Run;
  readonly after: number[];
}

/**
 * What is larger than `usual` has neighbours that say the same put together.
 * @returns undefined when it is larger than `most` even so
 */
export function matrixOf(migration: MigrationReport, usual: Limits, most = usual): Matrix | undefined {
  // the replay ran the original, whose statements are others
  const runs = migration.runs.filter(({ kind }) => kind !== 'replay');
  const count = migration.statements.length;
  if (runs.length === 0 || count === 0) return undefined;
  const raised = new Set(runs.map(({ statement }) => statement));

  const single = runs.map((run): Line => ({ run, after: run.k === undefined ? [] : [run.k] }));
  const lines = single.length > usual.rows ? together(single) : single;
  const columns: MatrixColumn[] = [];
  for (let from = 0; from < count;) {
    let to = from;
    while (count > usual.columns && !raised.has(from) && to + 1 < count && !raised.has(to + 1)) to++;
    columns.push({ from, to, place: migration.statements[from]! });
    from = to + 1;
  }
  if (lines.length > most.rows || columns.length > most.columns) return undefined;

  return {
    columns,
    rows: lines.map(({ run, after }) => {
      const lost = run.statement === undefined && hasError(migration, run);
      return {
        label: runLabel(run.kind, after),
        failed: run.verdict === 'failed',
        cells: columns.map(({ from }) => (lost ? 'unknown' : cell(run.statement, from))),
        result: resultOf(run, lost),
      };
    }),
  };
}

function together(lines: readonly Line[]): Line[] {
  const merged: Line[] = [];
  for (const line of lines) {
    const last = merged.at(-1);
    const { kind, verdict, statement } = line.run;
    if (last && last.run.kind === kind && last.run.verdict === verdict && last.run.statement === statement) {
      last.after.push(...line.after);
    } else merged.push(line);
  }
  return merged;
}

function cell(raised: number | undefined, at: number): Cell {
  if (raised === undefined || at < raised) return 'ok';
  return at === raised ? 'raised' : 'not reached';
}

const hasError = ({ failures }: MigrationReport, run: Run): boolean =>
  run.verdict === 'failed' &&
  failures.some(
    ({ kind, k, statement, error }) =>
      kind === run.kind && k === run.k && statement === undefined && error !== undefined,
  );

function resultOf({ kind, verdict, statement, raised }: Run, lost: boolean): string {
  if (verdict === 'failed') return statement !== undefined || lost ? 'raised an error' : 'different result';
  // an error is what protects an object of another shape
  if (kind === 'drift') return statement === undefined && !raised ? 'put right' : 'refused, as it should';
  return 'same result';
}

export const columnLabel = ({ from, to }: MatrixColumn, range = '–'): string =>
  from === to ? `${from + 1}` : `${from + 1}${range}${to + 1}`;
