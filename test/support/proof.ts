/** Proves on a server that a rewritten migration does what the original does, however often and from wherever it is run. */
import { parseSql, type ParsedSql } from '@idempotify/core';
import {
  SqlError,
  describeDifference,
  diffRows,
  diffSnapshots,
  type Difference,
  type RowDifference,
  type SequenceDifference,
  type Server,
} from '@idempotify/database';
import { databaseLab, savepointLab, type Lab, type State, type Step, type StepError } from './lab.ts';

/** How the file gets to the server: in one query, in one query between BEGIN and COMMIT, or statement by statement. */
export type Mode = 'implicit' | 'explicit' | 'statement';

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
    | 'invalid index' // a concurrent build that died after the first k statements, then the rewritten file
    | 'drift'; // something of that name is there with another shape
  /** How many statements had been committed. */
  readonly k?: number;
  /** The last of them. */
  readonly after?: string;
  /** The statement of the rewritten file that raised `error`. */
  readonly statement?: string;
  readonly error?: SqlError;
  readonly differences?: readonly Difference[];
  readonly rows?: readonly (RowDifference | SequenceDifference)[];
  /** All of it for a person. */
  readonly message: string;
}

/** Thrown when the proof itself cannot be done: the original does not run, or a file does not parse. */
export class BadCase extends Error {
  override readonly name = 'BadCase';
}

/**
 * @returns what is wrong with the rewritten file; an empty list is the proof
 * @throws BadCase when the setup or the original does not run
 */
export async function proveRerun(input: Rerun): Promise<Failure[]> {
  const files = { original: parsed('original', input.original), rewritten: parsed('rewritten', input.rewritten) };
  const setup = [input.setup ?? '', input.rows ?? ''];
  return await prove(input.server, setup, [input.original, input.rewritten, input.live ?? ''], (lab, fast) =>
    proveIn(lab, input, files, fast),
  );
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
  const { statements } = parsed('rewritten', input.rewritten);
  const texts = statements.map(({ range }) => input.rewritten.slice(range.start, range.end));
  const setup = [input.setup ?? ''];
  return await prove(input.server, setup, [input.drift, input.rewritten], async (lab) => {
    const failures: Failure[] = [];
    const [before, drifted] = (await lab.run([observed([]), observed([input.drift])])).states;
    if (!before || !drifted) throw new BadCase('the drift does not run');
    const changed = diffSnapshots(before.catalog, drifted.catalog);
    if (changed.length === 0) throw new BadCase('the drift changes nothing');
    for (const way of [[input.rewritten], texts]) {
      const { states, failure } = await lab.run([{ texts: [input.drift] }, observed(way)]);
      if (failure?.step === 0) throw new BadCase(`the drift does not run: ${failure.error.message}`);
      const after = states[0];
      if (!after) throw new Error('the database was not looked at');
      if (!failure) failures.push(report({ check: 'drift' }, 'it raised nothing'));
      else if (!says(failure.error, input.expectMessage)) {
        const statement = way[failure.text];
        failures.push(report({ check: 'drift', error: failure.error, ...(way === texts && statement ? { statement } : {}) }));
      }
      // the statements in front of the one that raised have done their work
      const ours = new Set(changed.map(({ kind, name }) => `${kind} ${name}`));
      const differences = diffSnapshots(drifted.catalog, after.catalog).filter(
        ({ kind, name }) => way !== texts || ours.has(`${kind} ${name}`),
      );
      const rows = diffRows(drifted.rows, after.rows).filter((difference) => difference.kind === 'rows');
      if (differences.length + rows.length > 0) failures.push(report({ check: 'drift', differences, rows }));
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
  check: (lab: Lab, fast: boolean) => Promise<Failure[]>,
): Promise<Failure[]> {
  const all = [...setup, ...texts].join(';\n');
  const created = texts.join(';\n');
  const addsLabel = /\badd\s+value\b/i.test(all);
  const transactional = !needsRealTransactions.test(all) && !(addsLabel && /\bas\s+enum\b/i.test(created));
  if (transactional) {
    // a label that is added to a type of the same transaction may be used at once, otherwise not
    const labs = addsLabel ? [committed] : [uncommitted, committed];
    for (const open of labs) {
      try {
        if ((await open(server, setup, (lab) => check(lab, true))).length === 0) return [];
        break;
      } catch (error) {
        // the clock, or statements that do mind the transaction
        if (!(error instanceof SqlError || error instanceof BadCase || error instanceof Clock)) throw error;
        if (!(error instanceof Clock)) break;
      }
    }
  }
  const lab = await setUp(() => databaseLab(server, setup));
  try {
    return await check(lab, false);
  } finally {
    await lab.close();
  }
}

/**
 * What behaves differently inside one long transaction; where it stands in a comment, a proof is only slower. The first
 * three lines can't be in a transaction or end it, the others leave in the session or in the transaction what a new
 * connection or transaction would not have.
 */
const needsRealTransactions = new RegExp(
  [
    'begin\\s*(;|$|transaction|work|isolation)|start\\s+transaction|commit|rollback|savepoint|call',
    'concurrently|vacuum|cluster|alter\\s+system|(create|drop)\\s+(database|tablespace|subscription)',
    'reindex\\s+(\\([^)]*\\)\\s*)?(schema|database|system)',
    'set\\s+local|set_config|set\\s+transaction|isolation\\s+level|alter\\s+(database|role|user)\\b[^;]*\\bset',
    'initially\\s+deferred|set\\s+constraints|prepare|deallocate|discard|currval|lastval|pg_\\w*advisory\\w*|listen',
    'txid\\w*|pg_current_xact\\w*|pg_snapshot\\w*|xmin|dblink\\w*',
    // parts of a date do not show the transaction's time, by which the clock is recognised
    'current_date|current_time|localtime|epoch|to_char|date_trunc|timestamp(tz)?\\s*\\(\\s*[012]\\s*\\)',
  ]
    .map((words) => `\\b(${words})\\b`)
    .join('|'),
  'i',
);

async function uncommitted<T>(
  server: Server,
  setup: readonly string[],
  use: (lab: Lab) => Promise<T>,
): Promise<T> {
  const lab = await savepointLab(server, setup);
  try {
    return await use(await withoutClock(lab));
  } finally {
    await lab.close();
  }
}

async function committed<T>(server: Server, setup: readonly string[], use: (lab: Lab) => Promise<T>): Promise<T> {
  const name = await server.createDatabase();
  try {
    const fill = await server.connect(name);
    try {
      for (const text of setup) await fill.query(text);
    } finally {
      await fill.close();
    }
    const lab = await savepointLab(server, [], name);
    try {
      return await use(await withoutClock(lab));
    } finally {
      await lab.close();
    }
  } finally {
    await server.dropDatabase(name);
  }
}

/** The rows depend on the time. */
class Clock extends Error {}

/**
 * Time stands still in a transaction, so that a second run that sets a row's time once more would go unnoticed: gives
 * up as soon as the time of the transaction shows in a row.
 */
async function withoutClock(lab: Lab): Promise<Lab> {
  return await Promise.resolve({
    run: async (steps) => {
      const outcome = await lab.run([{ texts: [], observe: true }, ...steps]);
      const failure = outcome.failure && { ...outcome.failure, step: outcome.failure.step - 1 };
      const states = outcome.states.slice(1);
      for (const { rows, now } of outcome.states) {
        for (const table of rows.tables.values()) {
          if (table.some((row) => now.some((text) => row.includes(text)))) throw new Clock();
        }
      }
      return failure ? { states, failure } : { states };
    },
    close: () => lab.close(),
  } satisfies Lab);
}
