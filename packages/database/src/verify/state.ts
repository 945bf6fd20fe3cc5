/** What a database holds at one moment, and how two moments differ. */
import { describeDifference, diffSnapshots, type Difference } from '../catalog/diff.ts';
import { diffRows, readRows, type RowDifference, type Rows, type SequenceDifference } from '../catalog/rows.ts';
import { snapshot, type Snapshot } from '../catalog/snapshot.ts';
import { lookSince, type CatalogWatch, type Watched } from '../catalog/watch.ts';
import type { Session } from '../runners/types.ts';
import type { DifferenceReport, RowReport, SequenceReport } from './types.ts';

export interface State {
  readonly catalog: Snapshot;
  readonly rows: Rows;
}

/** @param watch reads the catalogs faster, where there is one */
export async function look(session: Session, watch?: CatalogWatch): Promise<State> {
  const catalog = await (watch ? watch.look() : snapshot(session));
  return { catalog, rows: await readRows(session) };
}

/** @param earlier of the same database, or of what it is a copy of: then not all of the catalogs has to be read */
export async function lookAgain(session: Session, earlier: Watched): Promise<State> {
  return { catalog: await lookSince(session, earlier), rows: await readRows(session) };
}

export interface Comparison {
  readonly differences: readonly Difference[];
  readonly rows: readonly (RowDifference | SequenceDifference)[];
}

export const equal = ({ differences, rows }: Comparison): boolean => differences.length + rows.length === 0;

/** A sequence that is ahead leaves a gap, which is nothing. */
export function harm(
  differences: readonly (RowDifference | SequenceDifference)[],
): (RowDifference | SequenceDifference)[] {
  return differences.filter((difference) => difference.kind === 'rows' || difference.behind);
}

export function compare(expected: State, got: State, columnOrder: boolean): Comparison {
  return {
    differences: diffSnapshots(expected.catalog, got.catalog, { columnOrder }),
    rows: harm(diffRows(expected.rows, got.rows)),
  };
}

/** Table -> columns that come out differently when the same SQL is run twice: random ids, the time. */
export type Unstable = ReadonlyMap<string, ReadonlySet<string>>;
type Row = Record<string, string | null>;

export function unstableColumns(a: Rows, b: Rows): Unstable {
  const unstable = new Map<string, Set<string>>();
  for (const difference of diffRows(a, b)) {
    if (difference.kind !== 'rows') continue;
    const columns = new Set<string>();
    const [missing, extra] = [difference.missing, difference.extra].map((rows) =>
      rows.map((row) => JSON.parse(row) as Row),
    );
    const values = (rows: Row[] | undefined, column: string): string =>
      JSON.stringify((rows ?? []).map((row) => row[column] ?? null).sort());
    for (const column of Object.keys(missing?.[0] ?? extra?.[0] ?? {})) {
      if (values(missing, column) !== values(extra, column)) columns.add(column);
    }
    unstable.set(difference.table, columns);
  }
  return unstable;
}

/** The rows with nothing but "there is something" in the unstable columns. */
export function masked(rows: Rows, unstable: Unstable): Rows {
  const tables = new Map(
    [...rows.tables].map(([table, texts]) => {
      const columns = unstable.get(table);
      if (!columns) return [table, texts];
      const hidden = texts.map((text) =>
        JSON.stringify(JSON.parse(text), (name, value: unknown) => (columns.has(name) && value !== null ? '…' : value)),
      );
      return [table, hidden.sort()];
    }),
  );
  return { tables, sequences: rows.sequences };
}

/** How many rows of a table a report shows; it counts them all. */
const shownRows = 5;

export function report({ differences, rows }: Comparison): {
  differences: DifferenceReport[];
  rows: RowReport[];
  sequences: SequenceReport[];
} {
  return {
    differences: differences.map((difference) => ({ ...difference, text: describeDifference(difference) })),
    rows: rows.flatMap((row) =>
      row.kind === 'sequence'
        ? []
        : [
            {
              table: row.table,
              missing: row.missing.slice(0, shownRows),
              extra: row.extra.slice(0, shownRows),
              missingCount: row.missing.length,
              extraCount: row.extra.length,
            },
          ],
    ),
    sequences: rows.flatMap((row) =>
      row.kind === 'sequence' ? [{ sequence: row.sequence, expected: row.before, found: row.after }] : [],
    ),
  };
}
