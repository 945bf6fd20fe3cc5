/** Replays a history in scratch databases and proves its migrations, each on what the earlier ones left. */
import { folderView, quoteIdent, type FolderView, type Tool } from '@idempotify/core';
import type { Difference } from '../catalog/diff.ts';
import { tidyCatalogs } from '../catalog/tidy.ts';
import { ConnectionError, SqlError } from '../runners/errors.ts';
import type { Server, Session } from '../runners/types.ts';
import { Clock, databaseLab, fitsSavepoints, savepointLab, within, type Lab, type Memory } from './lab.ts';
import { BadOriginal, errorReport, proveMigration, transactionErrors, type ProofInput } from './prove.ts';
import {
  blockedStatements,
  concurrentBuilds,
  firstError,
  leavesTraces,
  mayWrite,
  modeOf,
  scriptOf,
  sentAs,
  setsTime,
  type Blocked,
  type ScriptFile,
} from './script.ts';
import { laterSql, seedPlan, seedSql, type Filling, type SeedPlan } from './seed.ts';
import type { State } from './state.ts';
import { Together, type Member, type TogetherError } from './together.ts';
import { missing, missingExtension } from './environment.ts';
import { runAgain, type WholeHistory } from './whole.ts';
import type { CheckName, Mode, Proof, Script } from './types.ts';

/** A migration of the history. Texts are read when they are needed, so that memory does not grow with the history. */
export interface HistoryFile {
  /** Relative to the folder; what the tool's rules look at. */
  readonly path: string;
  /** What the author wrote: what the history is built from. */
  original(): string;
  /** What is to be proven; the same text when there is no other. */
  file(): string;
}

export interface HistoryOptions {
  readonly server: Server;
  readonly tool: Tool;
  readonly files: readonly HistoryFile[];
  readonly checks: ReadonlySet<CheckName>;
  /** SQL that every database starts with: what something else than the migrations provides. */
  readonly prelude?: string;
  /** The server is somebody's: nothing is run that reaches beyond a scratch database. */
  readonly confined: boolean;
  /** Indexes of migrations that are not run at all: the server does not survive them. */
  readonly skip?: ReadonlySet<number>;
  /** Lets the tool's rules read a settings file beside a migration. */
  readonly folder?: FolderView;
}

/** Why nothing, or not all, could be proven. */
export interface Unproven {
  /** Index of the statement, when it is one. */
  readonly statement?: number;
  readonly reason: string;
  readonly advice?: string;
}

export interface MigrationProof extends Proof {
  readonly unproven: readonly Unproven[];
}

/** The SQL that every database is to start with does not run. */
export class PreludeError extends Error {
  override readonly name = 'PreludeError';
}

export interface History {
  /** The index of the migration that is being run, or was last: where it happened when the server goes away. */
  readonly at: number;
  /**
   * Proves a migration. The indexes must not go down from call to call: what lies between is replayed.
   * @throws ConnectionError when the server is gone
   */
  prove(index: number): Promise<MigrationProof>;
  /**
   * Runs all files once more, in order, over the database that the whole history leaves, with rows in its tables.
   * @throws ConnectionError when the server is gone
   */
  wholeHistory(): Promise<WholeHistory>;
  close(): Promise<void>;
}

/**
 * @throws PreludeError when the prelude does not run
 * @throws ConnectionError when the server is gone
 */
export async function openHistory(options: HistoryOptions): Promise<History> {
  const history = new Replay(options);
  await history.open();
  return history;
}

/** After so many runs it takes less time to tidy up than not to. */
const untidyRuns = 50;
/** A table that once had rows is read as long as it has pages. So many take longer to read than to vacuum. */
const untidyTables = 20;

/** Something in the way of a migration. */
interface Obstacle {
  readonly error: SqlError;
  readonly statement: number | undefined;
}

const fillings: readonly Filling[] = ['full', 'small', 'empty'];

class Replay implements History {
  at = 0;
  readonly #options: HistoryOptions;
  readonly #folder: FolderView;
  /** The database that the earlier migrations were applied to. */
  #base = '';
  #session: Session | undefined;
  #superuser = false;
  /** Runs since the catalogs were last tidied up. */
  #untidy = 0;
  readonly #memory: Memory = {};
  readonly #together: Together;
  /** What came of files that were run together with those before them. */
  readonly #found = new Map<number, TogetherError | readonly Difference[]>();
  /** How many migrations were applied. */
  #applied = 0;
  /** Migrations that could not be applied as a whole, by index, in the order of their numbers. */
  readonly #incomplete = new Map<number, string>();

  constructor(options: HistoryOptions) {
    this.#options = options;
    this.#together = new Together(options.server, options.prelude ?? '', (index) => this.#member(index));
    const nothing = { read: () => '', exists: () => false };
    this.#folder =
      options.folder ??
      folderView(
        '',
        options.files.map(({ path }) => path),
        nothing,
      );
  }

  async open(): Promise<void> {
    const { server, prelude } = this.#options;
    this.#base = await server.createDatabase();
    const session = await this.#open();
    const [result] = await session.query('SELECT rolsuper FROM pg_roles WHERE rolname = session_user');
    this.#superuser = result?.rows[0]?.['rolsuper'] === 't';
    if (prelude !== undefined && prelude !== '') {
      try {
        await session.query(prelude);
      } catch (error) {
        if (!(error instanceof SqlError)) throw error;
        const extension = missingExtension(error);
        const why = extension ? `${extension.reason}; ${extension.advice}` : error.message;
        throw new PreludeError(`the prelude does not run: ${why}`, { cause: error });
      }
      await this.#close();
    }
    this.#applied = 0;
  }

  async #open(): Promise<Session> {
    return (this.#session ??= await this.#options.server.connect(this.#base));
  }

  async #close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.close();
  }

  async close(): Promise<void> {
    await this.#close();
    await this.#together.close();
    await this.#options.server.dropDatabase(this.#base);
  }

  #script(index: number, which: 'original' | 'file'): ScriptFile {
    const file = this.#options.files[index];
    if (!file) throw new RangeError(`there is no migration ${index}`);
    return scriptOf(file[which](), file.path, this.#options.tool);
  }

  /** Whether its tool runs the file in one transaction with the other pending ones. */
  #joins(script: ScriptFile, index: number): boolean {
    const { tool, files, confined } = this.#options;
    return (
      tool.transactions(script.text, files[index]?.path ?? '', this.#folder).scope === 'all-pending' &&
      script.problems.length + blockedStatements(script, confined).length === 0 &&
      !script.parsed.some(({ tag }) => tag === 'TransactionStmt')
    );
  }

  #member(index: number): Member {
    if (this.#options.skip?.has(index)) return { sql: [], joins: false };
    const script = this.#script(index, 'file');
    const blocked = blockedStatements(script, this.#options.confined).map(({ statement }) => statement);
    return { sql: script.sql.filter((_, at) => !blocked.includes(at)), joins: this.#joins(script, index) };
  }

  /** @returns what goes wrong with this file; undefined when that can't be said */
  async #runTogether(index: number, expected: State): Promise<TogetherError | readonly Difference[] | undefined> {
    while (this.#together.at < index) await this.#together.next();
    // the seeds may make a file be proven more than once
    if (this.#together.at > index) return this.#found.get(index);
    let found: TogetherError | readonly Difference[] | undefined = await this.#together.next();
    // looking at everything takes long, and only a setting that one file leaves to the next makes a difference
    const last = index === this.#options.files.length - 1;
    if (!found) found = last && this.#incomplete.size === 0 ? await this.#together.differences(expected.catalog) : [];
    this.#found.set(index, found);
    return found;
  }

  #mode({ text }: ScriptFile, index: number): Mode {
    return modeOf(this.#options.tool.transactions(text, this.#options.files[index]?.path ?? '', this.#folder));
  }

  async #replayTo(index: number): Promise<void> {
    while (this.#applied < index) {
      const at = this.#applied;
      this.at = at;
      if (this.#options.skip?.has(at)) {
        this.#incomplete.set(at, 'the server does not survive it');
        this.#applied = at + 1;
        continue;
      }
      const script = this.#script(at, 'original');
      const why = await this.#apply(script, this.#mode(script, at));
      if (why !== undefined) this.#incomplete.set(at, why);
      this.#applied = at + 1;
    }
  }

  /** Applies a migration as far as it goes. @returns what kept it from being applied as a whole */
  async #apply(script: ScriptFile, mode: Mode): Promise<string | undefined> {
    const blocked = new Set(blockedStatements(script, this.#options.confined).map(({ statement }) => statement));
    const session = await this.#open();
    if (blocked.size === 0 && script.problems.length === 0) {
      // what it did is done; when it fails the rest is tried below, where what is there already fails once more
      if (!(await firstError(session, sentAs(script, mode)))) {
        await this.#freshSession(script);
        return undefined;
      }
    }
    let why = script.problems[0]?.reason;
    for (const [at, sql] of script.sql.entries()) {
      if (blocked.has(at) || script.parsed[at]?.tag === '') {
        why ??= `statement ${at + 1} was left out`;
        continue;
      }
      const failure = await firstError(session, [sql]);
      if (failure && !transactionErrors.has(failure.error.code)) why ??= failure.error.message;
    }
    await this.#close();
    return why;
  }

  /** The next migration starts in a session of its own; a new one is only made where the last may have left something. */
  async #freshSession(script: ScriptFile): Promise<void> {
    if (leavesTraces(script)) await this.#close();
  }

  async prove(index: number): Promise<MigrationProof> {
    await this.#replayTo(index);
    this.at = index;
    const original = this.#script(index, 'original');
    const other = this.#script(index, 'file');
    const file = other.text === original.text ? original : other;
    const problem = [...file.problems, ...original.problems][0];
    if (problem) {
      const reason = `line ${problem.line}, column ${problem.column}: ${problem.reason}`;
      return nothingProven(file, [{ reason, advice: 'nothing that does not parse can be run' }]);
    }
    const blocked = blockedStatements(file, this.#options.confined);
    const first = blocked.length > 0 ? blocked : blockedStatements(original, this.#options.confined);
    if (first.length > 0) return nothingProven(file, first.map(unprovenStatement));
    if (file.statements.length === 0 && original.statements.length === 0) {
      return {
        verdict: 'proven',
        checks: [],
        statements: [],
        runs: [],
        failures: [],
        notes: ['it holds no statement'],
        unproven: [],
      };
    }
    const session = await this.#open();
    const plan = await seedPlan(session, original.text);
    const superuser = this.#superuser;
    const input: ProofInput = {
      original,
      file,
      mode: this.#mode(original, index),
      checks: this.#options.checks,
      later: async (inside) => laterSql(await seedPlan(inside, original.text), superuser),
      concurrentBuilds: concurrentBuilds(original),
      ...(this.#joins(file, index) ? { together: (expected) => this.#runTogether(index, expected) } : {}),
      mayWrite: (rows) => mayWrite(original, rows),
      setsTime: (table) => setsTime(original, table) && setsTime(file, table),
    };
    const filling = new Map<string, Filling>();
    let obstacle: Obstacle | undefined;
    for (;;) {
      try {
        const proof = await this.#proveOver(seedSql(plan, filling, superuser), input);
        const empty = plan.filter(({ name }) => filling.get(name) === 'empty').map(({ name }) => name);
        const notes =
          empty.length > 0 && obstacle
            ? [
                `no rows were put into ${empty.join(', ')}: with them, the original itself fails with "${obstacle.error.message}"`,
              ]
            : [];
        return { ...proof, notes: [...proof.notes, ...notes], unproven: [] };
      } catch (error) {
        if (!(error instanceof BadOriginal)) throw error;
        obstacle = { error: error.error, statement: error.statement };
        if (!lower(plan, filling, original.text, error.error)) return this.#doesNotRun(index, original, file, obstacle);
      }
    }
  }

  /** In the fastest lab that can be trusted with it. What that finds wrong and may be its own fault is looked at in real databases. */
  async #proveOver(seed: string, input: ProofInput): Promise<Proof> {
    const { original, file } = input;
    const texts = [original, ...(file === original ? [] : [file])].flatMap(withoutBlocks).join(';\n');
    const memory = this.#superuser ? { memory: this.#memory } : {};
    // the seed is our own, and its names must not be taken for keywords
    if (fitsSavepoints('', texts)) {
      for (const ageing of [false, true]) {
        try {
          const lab = savepointLab(await this.#open(), [seed], { ...memory, ageing });
          const proof = await use(lab, (opened) => proveMigration(opened, input));
          await this.#tidyUp(proof.runs.length);
          if (proof.failures.every(isCertain)) return proof;
          break;
        } catch (error) {
          if (error instanceof Clock) continue;
          if (!(error instanceof BadOriginal) || isCertainCode(error.error.code)) throw error;
          break;
        }
      }
    }
    // a database that is copied must not have a session
    await this.#close();
    const { server, confined } = this.#options;
    const replaced = (name: string): void => {
      this.#base = name;
    };
    const lab = databaseLab(server, [seed], { database: this.#base, replaced, dropRoles: !confined, ...memory });
    return use(lab, (opened) => proveMigration(opened, input));
  }

  /** What was rolled back still lies in the catalogs and in the tables, and makes every look at them slower. */
  async #tidyUp(runs: number): Promise<void> {
    if (!this.#superuser) return;
    this.#untidy += runs;
    const session = await this.#open();
    const [used] = await session.query(
      `SELECT n.nspname, c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind = 'r' AND c.oid >= 16384 AND c.relpersistence <> 't' AND pg_catalog.pg_relation_size(c.oid) > 0`,
    );
    const tables = (used?.rows ?? []).map(
      (row) => `${quoteIdent(row['nspname'] ?? '')}.${quoteIdent(row['relname'] ?? '')}`,
    );
    if (tables.length >= untidyTables) await session.query(`VACUUM ${tables.join(', ')}`);
    if (this.#untidy < untidyRuns) return;
    this.#untidy = 0;
    await tidyCatalogs(session);
  }

  #doesNotRun(index: number, original: ScriptFile, file: ScriptFile, { error, statement }: Obstacle): MigrationProof {
    const at = statement === undefined ? {} : { statement };
    const before = [...this.#incomplete].find(([earlier]) => earlier < index);
    const environment = missing(error);
    if (environment) return nothingProven(file, [{ ...at, ...environment }]);
    if (before) {
      const [earlier, why] = before;
      const reason = `it does not run after ${this.#options.files[earlier]?.path ?? ''}, which could not be applied as a whole (${why}): ${error.message}`;
      return nothingProven(file, [{ ...at, reason }]);
    }
    const title = `${file === original ? 'it' : 'the original'} does not run on what the earlier migrations leave`;
    return {
      verdict: 'failed',
      checks: [],
      statements: file.statements,
      runs: [{ kind: 'replay', verdict: 'failed', ...(file === original ? at : {}) }],
      failures: [
        {
          check: 'fresh',
          kind: 'replay',
          title,
          ...(file === original ? at : {}),
          error: errorReport(error),
          differences: [],
          rows: [],
          sequences: [],
          advice:
            'when something else than the migrations provides what is missing, create it in a file and pass it with --prelude',
        },
      ],
      notes: [],
      unproven: [],
    };
  }

  async wholeHistory(): Promise<WholeHistory> {
    const { server, files, confined } = this.#options;
    await this.#replayTo(files.length);
    await this.#close();
    const name = await server.createDatabase(this.#base);
    try {
      return await runAgain(
        (use) => within(server, name, use),
        this.#superuser,
        files.map(({ path }, index) => () => {
          const script = this.#script(index, 'file');
          const blocked = new Set(blockedStatements(script, confined).map(({ statement }) => statement));
          const mode = this.#incomplete.has(index) ? 'statement' : this.#mode(script, index);
          return { path, script, mode, blocked };
        }),
      );
    } finally {
      await server.dropDatabase(name);
    }
  }
}

async function use<T>(open: Promise<Lab>, work: (lab: Lab) => Promise<T>): Promise<T> {
  const lab = await open;
  let result: T;
  try {
    result = await work(lab);
  } catch (error) {
    // with the connection gone there is nothing to tidy up
    if (!(error instanceof ConnectionError)) await lab.close();
    throw error;
  }
  await lab.close();
  return result;
}

/** The statements without the BEGIN and COMMIT around them, where that is all there is of transactions. */
const withoutBlocks = ({ sql, units }: Script): readonly string[] =>
  units ? units.flatMap(({ statements }) => statements.map((at) => sql[at] ?? '')) : sql;

/** Errors that don't come from running inside of one long transaction. */
const isCertainCode = (code: string): boolean => /^(0A|2[12368BF]|3[8F]|42|P0)/.test(code);

const isCertain = ({ error, differences }: Proof['failures'][number]): boolean =>
  error ? isCertainCode(error.code) : differences.length > 0;

function nothingProven(file: ScriptFile, unproven: readonly Unproven[]): MigrationProof {
  return { verdict: 'unproven', checks: [], statements: file.statements, runs: [], failures: [], notes: [], unproven };
}

const unprovenStatement = ({ statement, reason, advice }: Blocked): Unproven => ({ statement, reason, advice });

/**
 * Gives the tables that are in the original's way other rows, or none.
 * @returns whether there was anything left to change
 */
function lower(plan: SeedPlan, filling: Map<string, Filling>, text: string, error: SqlError): boolean {
  const down = (tables: SeedPlan): boolean => {
    let changed = false;
    for (const { name } of tables) {
      const next = fillings[fillings.indexOf(filling.get(name) ?? 'full') + 1];
      if (next === undefined) continue;
      filling.set(name, next);
      changed = true;
    }
    return changed;
  };
  const { schema, table } = error.fields;
  if (
    table !== undefined &&
    down(
      plan.filter(
        ({ bare, name }) => bare === table && (schema === undefined || name.startsWith(schema) || name.startsWith('"')),
      ),
    )
  )
    return true;
  return down(plan.filter(({ bare }) => text.includes(bare))) || down(plan);
}
