/** Proves on a server that a rewritten migration does what the original does, however often and from wherever it is run. */
import { parseSql, toolByName } from '@idempotify/core';
import {
  BadOriginal,
  Clock,
  SqlError,
  concurrentBuilds,
  databaseLab,
  describeDifference,
  diffRows,
  diffSnapshots,
  fitsSavepoints,
  proveMigration,
  scriptOf,
  type Difference,
  type Lab,
  type Mode,
  type Failure as ProofFailure,
  type ProofInput,
  type RowDifference,
  type RunKind,
  type Server,
  type State,
  type Step,
} from '@idempotify/database';
import { committedLab, reusedLab, transactionLab } from './lab.ts';

export type { Mode };

export interface Rerun {
  readonly server: Server;
  /** What earlier migrations left: SQL, run as one text before everything else. */
  readonly setup?: string;
  /** Rows that an application wrote before the migration: SQL. */
  readonly rows?: string;
  readonly original: string;
  readonly rewritten: string;
  /** `implicit` by default. When the original only works statement by statement, both are run so. */
  readonly transaction?: Mode;
  /** Rows that an application writes after the migration: SQL. A further run must not touch them. */
  readonly live?: string;
}

export interface Failure {
  readonly check:
    | 'fresh' // the rewritten file from the start: the same catalog, column order and rows as the original
    | 'second run' // once more: nothing changes
    | 'live rows' // once more after the application went on: nothing changes
    | 'interrupted' // the first k statements of the original, then the rewritten file
    | 'rewritten interrupted' // the first k statements of the rewritten file, then the whole
    | 'aborted' // half of the rewritten file in a transaction that is rolled back, then the whole
    | 'invalid index' // a concurrent build that died after the first k statements, then the rewritten file
    | 'drift'; // something of that name is there with another shape
  /** How many statements had been committed. */
  readonly k?: number;
  /** All of it for a person. */
  readonly message: string;
}

const checkOf: Readonly<Record<RunKind, Failure['check']>> = {
  replay: 'fresh',
  fresh: 'fresh',
  together: 'fresh',
  'second run': 'second run',
  'rows written later': 'live rows',
  'interrupted original': 'interrupted',
  'interrupted file': 'rewritten interrupted',
  aborted: 'aborted',
  'invalid index': 'invalid index',
  drift: 'drift',
};

/** Thrown when the proof itself cannot be done: the original does not run, or a file does not parse. */
export class BadCase extends Error {
  override readonly name = 'BadCase';
}

/**
 * @returns what is wrong with the rewritten file; an empty list is the proof
 * @throws BadCase when the original does not run or does not parse
 * @throws SqlError when the setup does not run
 */
export async function proveRerun(input: Rerun): Promise<Failure[]> {
  parsed('original', input.original);
  const [problem] = parseSql(input.rewritten).problems;
  if (problem) return [report({ check: 'fresh' }, [`it does not parse: line ${problem.line}: ${problem.message}`])];
  const tool = toolByName('sql');
  if (!tool) throw new Error('no tool for plain SQL');
  const original = scriptOf(input.original, '1.sql', tool);
  const file = input.rewritten === input.original ? original : scriptOf(input.rewritten, '1.sql', tool);
  const proof: ProofInput = {
    original,
    file,
    mode: input.transaction ?? 'implicit',
    checks: new Set(['fresh', 'second run', 'interrupted', 'rows'] as const),
    ...(input.live === undefined ? {} : { later: input.live }),
    concurrentBuilds: concurrentBuilds(original),
    mayWrite: () => false,
    setsTime: () => false,
  };
  const setup = [input.setup ?? '', input.rows ?? ''];
  return prove(input.server, setup, [input.original, input.rewritten, input.live ?? ''], async (lab) => {
    const { failures } = await proveMigration(lab, proof);
    return failures.map((failure) => reported(failure, file.sql));
  });
}

function reported(
  { kind, k, after, statement, error, differences, rows, sequences }: ProofFailure,
  sql: readonly string[],
): Failure {
  const where = k === undefined ? {} : { k };
  const what = [
    ...(error ? [`${error.code} ${error.message}`] : []),
    ...(statement === undefined ? [] : [`in: ${oneLine(sql[statement] ?? '')}`]),
    ...differences.map(({ text }) => text),
    ...sequences.map(
      ({ sequence, expected, found }) => `sequence ${sequence} goes on at ${found} instead of ${expected}`,
    ),
    ...rows.flatMap(({ table, missing, extra }) => [
      ...missing.map((row) => `${table} lacks ${row}`),
      ...extra.map((row) => `${table} has ${row}`),
    ]),
  ];
  return report({ check: checkOf[kind], ...where }, what, after);
}

export interface Drift {
  readonly server: Server;
  readonly setup?: string;
  /** Creates something of the name that the migration is about to create, but different. */
  readonly drift: string;
  readonly rewritten: string;
  /** What the error has to say. */
  readonly expectMessage: string | RegExp;
}

/**
 * A rewritten file must not pass over an object that has the right name and the wrong shape: it has to raise, and the
 * object has to stay as it is, also when the file is run statement by statement.
 */
export async function proveDrift(input: Drift): Promise<Failure[]> {
  const texts = parsed('rewritten', input.rewritten);
  const setup = [input.setup ?? ''];
  return prove(input.server, setup, [input.drift, input.rewritten], async (lab) => {
    const failures: Failure[] = [];
    const start = await lab.run([observed([]), observed([input.drift])]);
    if (start.failure) throw new BadCase(`the drift does not run: ${start.failure.error.message}`);
    const [before, drifted] = [stateOf(start.states, 0), stateOf(start.states, 1)];
    const changed = diffSnapshots(before.catalog, drifted.catalog);
    if (changed.length === 0) throw new BadCase('the drift changes nothing');
    for (const way of [[input.rewritten], texts]) {
      const { states, failure } = await lab.run([{ texts: [input.drift] }, observed(way)]);
      const after = stateOf(states, 0);
      if (!failure) failures.push(report({ check: 'drift' }, ['it raised nothing']));
      else if (!says(failure.error, input.expectMessage)) {
        const statement = way === texts ? [`in: ${oneLine(way[failure.text] ?? '')}`] : [];
        const { code, message } = failure.error;
        failures.push(report({ check: 'drift' }, [`${code} ${message}`, ...statement]));
      }
      // the statements in front of the one that raised have done their work
      const ours = new Set(changed.map(({ kind, name }) => `${kind} ${name}`));
      const differences = diffSnapshots(drifted.catalog, after.catalog).filter(
        ({ kind, name }) => way !== texts || ours.has(`${kind} ${name}`),
      );
      const rows = diffRows(drifted.rows, after.rows).filter((difference) => difference.kind === 'rows');
      if (differences.length + rows.length > 0) failures.push(report({ check: 'drift' }, changes(differences, rows)));
    }
    return failures;
  });
}

function says(error: SqlError, expected: string | RegExp): boolean {
  return typeof expected === 'string' ? error.message.includes(expected) : expected.test(error.message);
}

/**
 * Uses the fastest lab that can be trusted with these texts. What a fast one finds wrong is looked at again in real
 * databases, and only what is wrong there counts.
 */
async function prove(
  server: Server,
  setup: readonly string[],
  texts: readonly string[],
  check: (lab: Lab) => Promise<Failure[]>,
): Promise<Failure[]> {
  const [before, after] = [setup.join(';\n'), texts.join(';\n')];
  const fast = [
    ...(fitsSavepoints(before, after) ? [transactionLab] : []),
    ...(fitsSavepoints('', `${before};\n${after}`) ? [committedLab] : []),
  ];
  for (const open of fast) {
    try {
      if ((await use(() => open(server, setup), check)).length === 0) return [];
      break;
    } catch (error) {
      if (error instanceof Clock) continue; // the next lab may still do
      if (error instanceof SqlError || error instanceof BadCase || error instanceof BadOriginal) break;
      throw error;
    }
  }
  const lab = reusedLab(server, setup);
  try {
    return await use(
      async () => ((await givesSameRows(lab)) ? lab : databaseLab(server, setup, { dropRoles: true })),
      check,
    );
  } catch (error) {
    if (!(error instanceof BadOriginal)) throw error;
    throw new BadCase(`the original does not run: ${error.message}`, { cause: error });
  }
}

/** Whether the setup gives the same rows each time: no random ids, no time. */
async function givesSameRows(lab: Lab): Promise<boolean> {
  const [a, b] = [await lab.run([observed([])]), await lab.run([observed([])])];
  return diffRows(stateOf(a.states, 0).rows, stateOf(b.states, 0).rows).length === 0;
}

async function use<T>(open: () => Promise<Lab>, check: (lab: Lab) => Promise<T>): Promise<T> {
  const lab = await open();
  try {
    return await check(lab);
  } finally {
    await lab.close();
  }
}

function parsed(what: string, text: string): string[] {
  const { statements, problems } = parseSql(text);
  const [problem] = problems;
  if (problem) throw new BadCase(`the ${what} file does not parse: line ${problem.line}: ${problem.message}`);
  return statements.map(({ range }) => text.slice(range.start, range.end));
}

const observed = (texts: readonly string[]): Step => ({ texts, observe: 'always' });
function stateOf(states: readonly State[], at: number): State {
  const state = states[at];
  if (!state) throw new Error('the database was not looked at');
  return state;
}

function report(failure: Omit<Failure, 'message'>, what: readonly string[], after = ''): Failure {
  const { check, k } = failure;
  const head = k === undefined ? check : `${check} after ${k} statement${k === 1 ? '' : 's'} (${oneLine(after)})`;
  return { ...failure, message: [head, ...what].join('\n  ') };
}

const changes = (differences: readonly Difference[], rows: readonly RowDifference[]): string[] => [
  ...differences.map(describeDifference),
  ...rows.flatMap(({ table, missing, extra }) => [
    ...missing.map((row) => `${table} lacks ${row}`),
    ...extra.map((row) => `${table} has ${row}`),
  ]),
];

function oneLine(sql: string): string {
  const line = sql.replace(/\s+/g, ' ').trim();
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}
