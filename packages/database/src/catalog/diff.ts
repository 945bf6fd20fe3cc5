import { snapshotKinds, type Snapshot } from './snapshot.ts';

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** One object that two snapshots do not agree about. */
export interface Difference {
  /** As in the snapshot: `column`, `index`, …; `column order` for the order of a table's columns. */
  readonly kind: string;
  readonly name: string;
  /** `missing`: expected and not there; `extra`: there and not expected. */
  readonly change: 'missing' | 'extra' | 'changed';
  /** What was expected: of a changed object only the properties that differ; null when nothing was. */
  readonly before: Readonly<Record<string, Json>> | null;
  /** What was found. */
  readonly after: Readonly<Record<string, Json>> | null;
}

export interface DiffOptions {
  /** Whether the order of a table's columns counts; it does not by default. */
  readonly columnOrder?: boolean;
}

/** How `got` differs from `expected`, in the order of the kinds and then of the names. */
export function diffSnapshots(expected: Snapshot, got: Snapshot, options: DiffOptions = {}): Difference[] {
  const differences: Difference[] = [];
  const none: ReadonlyMap<string, string> = new Map();
  for (const kind of snapshotKinds) {
    const before = expected.objects.get(kind) ?? none;
    const after = got.objects.get(kind) ?? none;
    // two looks share what has not changed
    if (before === after) continue;
    const ofKind: Difference[] = [];
    for (const [name, text] of before) {
      const found = after.get(name);
      if (found === text) continue;
      if (found === undefined) ofKind.push({ kind, name, change: 'missing', before: parse(text), after: null });
      else ofKind.push(changed(kind, name, parse(text), parse(found)));
    }
    for (const [name, text] of after) {
      if (!before.has(name)) ofKind.push({ kind, name, change: 'extra', before: null, after: parse(text) });
    }
    differences.push(...ofKind.sort((a, b) => (a.name < b.name ? -1 : 1)));
  }
  if (options.columnOrder) {
    for (const [table, columns] of expected.columnOrder) {
      const found = got.columnOrder.get(table);
      if (found === undefined || found === columns) continue;
      // a column that only one side has is reported as such
      const before = columns.filter((column) => found.includes(column));
      const after = found.filter((column) => columns.includes(column));
      if (before.every((column, at) => column === after[at])) continue;
      differences.push(changed('column order', table, { columns: before }, { columns: after }));
    }
  }
  return differences;
}

const parse = (text: string): Record<string, Json> => JSON.parse(text) as Record<string, Json>;

function changed(kind: string, name: string, before: Record<string, Json>, after: Record<string, Json>): Difference {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (property) => JSON.stringify(before[property]) !== JSON.stringify(after[property]),
  );
  const only = (all: Record<string, Json>): Record<string, Json> =>
    Object.fromEntries(names.map((property) => [property, all[property] ?? null]));
  return { kind, name, change: 'changed', before: only(before), after: only(after) };
}

/** The difference in one line for a person: `index public.a_b_idx: invalid should be no value but is true`. */
export function describeDifference(difference: Difference): string {
  const { kind, name, change, before, after } = difference;
  if (change === 'missing') return `${kind} ${name} is missing`;
  if (change === 'extra') return `${kind} ${name} should not be there`;
  const properties = Object.keys(before ?? {}).map(
    (property) => `${property} should be ${show(before?.[property])} but is ${show(after?.[property])}`,
  );
  return `${kind} ${name}: ${properties.join('; ')}`;
}

function show(value: Json | undefined): string {
  if (value == null) return 'not set';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
