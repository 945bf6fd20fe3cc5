/** Proves of one migration what can be proven of it, in a lab that stands where the earlier migrations left it. */
import { diffRows, type RowDifference, type Rows, type SequenceDifference } from '../catalog/rows.ts';
import { diffSnapshots, type Difference } from '../catalog/diff.ts';
import type { SqlError } from '../runners/errors.ts';
import { drifts } from './drift.ts';
import { bare, inStatement, parts } from './names.ts';
import { sentAs } from './script.ts';
import type { Lab, Outcome, RunSteps, Step, StepError, Text } from './lab.ts';
import {
  compare,
  equal,
  masked,
  report,
  unstableColumns,
  harm,
  type Comparison,
  type State,
  type Unstable,
} from './state.ts';
import type { TogetherError } from './together.ts';
import {
  checkNames,
  type CheckName,
  type CheckResult,
  type ErrorReport,
  type Failure,
  type Mode,
  type Proof,
  type Run,
  type RunKind,
  type Script,
} from './types.ts';

export interface ProofInput {
  /** What the author wrote. */
  readonly original: Script;
  /** What is to be proven; the same object when there is nothing else. */
  readonly file: Script;
  readonly mode: Mode;
  readonly checks: ReadonlySet<CheckName>;
  /** What an application writes after the migration. */
  readonly later?: Text;
  /** The concurrent builds among the original's statements, as indexes. */
  readonly concurrentBuilds: readonly number[];
  /** Whether both forms of the file set a time in the table each time they are run. */
  readonly setsTime: (table: string) => boolean;
  /** Runs the file together with those before it, where that is how its tool does it. */
  readonly together?: (expected: State) => Promise<TogetherError | readonly Difference[] | undefined>;
  /** Whether the original itself may change such rows: then a rerun may do so to later ones, and that is told, not blamed. */
  readonly mayWrite: (rows: RowDifference | SequenceDifference) => boolean;
}

/** Thrown when the original itself does not run there. */
export class BadOriginal extends Error {
  override readonly name = 'BadOriginal';
  readonly error: SqlError;
  /** Index of the statement that raised it, where that is known. */
  readonly statement: number | undefined;
  constructor(error: SqlError, statement: number | undefined) {
    super(error.message, { cause: error });
    this.error = error;
    this.statement = statement;
  }
}

/** What PostgreSQL says when a statement wants to be alone: CONCURRENTLY, VACUUM, a new enum label, CALL. */
export const transactionErrors: ReadonlySet<string> = new Set(['25001', '55P04', '2D000', '25P01']);

/** The check that a kind of run is for; how rows come out is for `rows`. */
const checkOf: Readonly<Record<RunKind, CheckName>> = {
  replay: 'fresh',
  fresh: 'fresh',
  together: 'fresh',
  'second run': 'second run',
  'rows written later': 'rows',
  'interrupted original': 'interrupted',
  'interrupted file': 'interrupted',
  aborted: 'interrupted',
  'invalid index': 'interrupted',
  drift: 'drift',
};

const observed = (texts: readonly Text[]): Step => ({ texts, observe: 'done' });

/** @throws BadOriginal, Clock, ConnectionError */
export async function proveMigration(lab: Lab, input: ProofInput): Promise<Proof> {
  return new Prover(lab, input).prove();
}

class Prover {
  readonly #lab: Lab;
  readonly #input: ProofInput;
  readonly #same: boolean;
  #mode: Mode;
  readonly #runs: Run[] = [];
  readonly #failures: Failure[] = [];
  readonly #reasons = new Map<CheckName, Set<string>>();
  readonly #notes: string[] = [];
  /** Error as text -> the statement that raised it: the same error mostly comes from the same one. */
  readonly #located = new Map<string, number | undefined>();
  #expected!: State;
  #unstable: Unstable | undefined;

  constructor(lab: Lab, input: ProofInput) {
    this.#lab = lab;
    this.#input = input;
    this.#same = input.original === input.file;
    this.#mode = input.mode;
  }

  async prove(): Promise<Proof> {
    const { checks, file } = this.#input;
    const start = await this.#replay();
    const fresh = await this.#fresh();
    // what is wrong from the start would only be said again and again
    if (fresh) {
      if (checks.has('fresh')) await this.#together();
      if (checks.has('second run') || checks.has('rows')) await this.#again();
      if (checks.has('interrupted')) await this.#interruptions();
      if (checks.has('drift')) await this.#drift(start);
    }
    const results = checkNames
      // without another form of the file, and run by itself, there is nothing that it could come out differently from
      .filter((check) => checks.has(check) && !(this.#same && check === 'fresh' && !this.#did('together')))
      .map((check): CheckResult => {
        const runs = this.#runs.filter(
          (run) => checkOf[run.kind] === check || (check === 'rows' && run.kind !== 'drift'),
        );
        const reasons = [...(this.#reasons.get(check) ?? [])];
        const failed = this.#failures.some((failure) => failure.check === check);
        const skipped = !fresh && !failed;
        if (skipped) reasons.push('not tried, since the first run already comes out differently');
        return {
          check,
          verdict: failed ? 'failed' : reasons.length > 0 ? 'unproven' : 'proven',
          runs: runs.length,
          reasons,
        };
      });
    return {
      verdict: verdictOf(results),
      checks: results,
      statements: file.statements,
      runs: this.#runs,
      failures: this.#failures.filter(({ check }) => checks.has(check)),
      notes: this.#notes,
    };
  }

  /** The texts in which the tool sends the file. */
  #whole(script: Script): readonly string[] {
    const apart = this.#apart(script);
    if (this.#mode === 'statement' || apart.length < script.sql.length) return apart.map((at) => script.sql[at] ?? '');
    return this.#lab.real ? sentAs(script, this.#mode) : script.chunks;
  }

  /** The statements to be sent one by one: in a lab that is one transaction, those that control transactions are not. */
  #apart({ sql, units }: Script): readonly number[] {
    return this.#lab.real || !units ? [...sql.keys()] : units.flatMap(({ statements }) => statements);
  }

  /** Where a run may stop when every statement is sent by itself: in a transaction block nowhere. */
  #stops({ sql, units }: Script): readonly { readonly texts: readonly string[]; readonly k: number }[] {
    return this.#lab.real || !units
      ? sql.map((text, at) => ({ texts: [text], k: at + 1 }))
      : units.map(({ statements, k }) => ({ texts: statements.map((at) => sql[at] ?? ''), k }));
  }

  /** Runs the original: what it leaves is what is expected. @returns what there was before */
  async #replay(): Promise<State> {
    const { original } = this.#input;
    let { states, failure } = await this.#lab.run([observed([]), observed(this.#whole(original))]);
    if (failure && this.#mode !== 'statement' && transactionErrors.has(failure.error.code)) {
      this.#notes.push(
        `in the way in which its tool sends it, the file does not run (${failure.error.message}); it was run statement by statement`,
      );
      this.#mode = 'statement';
      ({ states, failure } = await this.#lab.run([observed([]), observed(this.#whole(original))]));
    }
    if (failure) {
      const statement =
        this.#mode === 'statement'
          ? this.#apart(original)[failure.text]
          : await this.#find([], failure.error, original, 0);
      throw new BadOriginal(failure.error, statement);
    }
    const [start, expected] = states;
    if (!start || !expected) throw new Error('the database was not looked at');
    this.#expected = expected;
    return start;
  }

  /** @returns whether it comes out right */
  async #fresh(): Promise<boolean> {
    if (this.#same) return true;
    const { file } = this.#input;
    const failures = this.#failures.length;
    // a first attempt that is rolled back must make no difference either: both at once, told apart when they do
    const half = this.#half(file);
    if (half && this.#input.checks.has('interrupted')) {
      if (await this.#passes([half], this.#lab.run)) {
        this.#runs.push(
          { kind: 'fresh', verdict: 'proven' },
          { kind: 'aborted', verdict: 'proven', k: half.texts.length },
        );
        return true;
      }
    }
    await this.#check('fresh', [], this.#lab.run, {}, true);
    if (this.#failures.length > failures) return false;
    if (half && this.#input.checks.has('interrupted')) await this.#aborted(half);
    return true;
  }

  #did(kind: RunKind): boolean {
    return this.#runs.some((run) => run.kind === kind);
  }

  async #together(): Promise<void> {
    const found = await this.#input.together?.(this.#expected);
    if (!found) return;
    const kind = 'together';
    if ('error' in found) {
      const { error, statement, before } = found;
      this.#runs.push({ kind, verdict: 'failed', statement });
      const others = before === 0 ? '' : ` with ${before === 1 ? 'the file' : `the ${before} files`} before it`;
      this.#failures.push({
        check: checkOf[kind],
        kind,
        title: `in one transaction${others}, as its tool runs them on a new database, it raises an error`,
        statement,
        error: errorReport(error),
        differences: [],
        rows: [],
        sequences: [],
        ...(togetherAdvice[error.code] === undefined ? {} : { advice: togetherAdvice[error.code] }),
      });
    } else if (found.length > 0) this.#fail(kind, {}, { differences: found, rows: [] });
    else this.#runs.push({ kind, verdict: 'proven' });
  }

  /** The first half of the file in a transaction that is rolled back, where its tool would have one. */
  #half(script: Script): Step | undefined {
    const apart = this.#apart(script);
    if (this.#mode === 'statement' || apart.length < 2 || apart.length < script.sql.length) return undefined;
    return { texts: script.sql.slice(0, Math.ceil(script.sql.length / 2)), aborted: true };
  }

  /** Sequences go on although the transaction is rolled back, so the original is measured in the same way. */
  async #aborted(half: Step): Promise<void> {
    const { original } = this.#input;
    const originalHalf = this.#half(original);
    const { states } = await this.#lab.run([...(originalHalf ? [originalHalf] : []), observed(this.#whole(original))]);
    const expected = states.at(-1) ?? this.#expected;
    await this.#check('aborted', [half], this.#lab.run, { k: half.texts.length }, true, expected);
  }

  /** Once more, and once more after an application went on. */
  async #again(): Promise<void> {
    const { file, later, checks } = this.#input;
    const rerun = this.#whole(file);
    if (later !== undefined && checks.has('rows')) {
      const outcome = await this.#lab.run([{ texts: rerun }, observed([later]), observed(rerun)]);
      const [was, is] = outcome.states;
      if (!outcome.failure && was && is) {
        const found = withoutDerivedRows(compare(was, is, true), is);
        if (equal(found)) {
          this.#runs.push({ kind: 'second run', verdict: 'proven' }, { kind: 'rows written later', verdict: 'proven' });
          return;
        }
        const pure = await this.#secondRun();
        if (!pure) return;
        const { mayWrite } = this.#input;
        if (found.differences.length === 0 && found.rows.every(mayWrite)) {
          const tables = found.rows.flatMap((row) => (row.kind === 'rows' ? row.table : []));
          const sequences = found.rows.flatMap((row) => (row.kind === 'sequence' ? row.sequence : []));
          if (tables.length > 0) {
            this.#notes.push(
              `its own statements write rows: run again after an application went on, it would write to ${tables.join(', ')} once more`,
            );
          }
          if (sequences.length > 0) {
            this.#notes.push(
              `run again after an application went on, it would set ${sequences.join(', ')} back to what the rows say: greater numbers whose rows are gone, or not yet committed, would be given out again`,
            );
          }
        } else this.#fail('rows written later', {}, found);
        return;
      }
    }
    await this.#secondRun();
  }

  async #secondRun(): Promise<boolean> {
    const { file } = this.#input;
    const rerun = this.#whole(file);
    const outcome = await this.#lab.run([observed(rerun), observed(rerun)]);
    const [was, is] = outcome.states;
    if (outcome.failure) {
      if (outcome.failure.step === 0) throw new Error(`the first run fails now: ${outcome.failure.error.message}`);
      await this.#raised('second run', {}, outcome.failure, [{ texts: rerun }], this.#lab.run);
      return false;
    }
    if (!was || !is) throw new Error('the database was not looked at');
    const found = compare(was, is, true);
    if (!equal(found)) {
      const tables = found.rows.flatMap((row) => (row.kind === 'rows' ? row.table : []));
      if (tables.every(this.#input.setsTime) && equal(await this.#compare(was, is, true))) {
        const reason = `run a second time, it sets another time in ${tables.join(', ')}, as the author's own UPDATE does`;
        this.#unproven('second run', reason);
      } else this.#fail('second run', {}, found);
      return false;
    }
    this.#runs.push({ kind: 'second run', verdict: 'proven' });
    return true;
  }

  async #interruptions(): Promise<void> {
    const { original, file } = this.#input;
    const stop = async (kind: RunKind, script: Script, tillTheEnd: boolean): Promise<StepError | undefined> => {
      const stops = this.#stops(script);
      const failure = await this.#lab.walk(
        stops.slice(0, tillTheEnd ? undefined : -1).map(({ texts }) => texts),
        async (at, run) => {
          const k = stops[at - 1]?.k ?? at;
          await this.#check(kind, [], run, { k, after: script.statements[k - 1]?.text ?? '' });
        },
      );
      return failure && { ...failure, text: this.#apart(script)[failure.text] ?? failure.text };
    };
    if (this.#same) {
      const half = this.#half(file);
      if (half) {
        if (await this.#passes([half], this.#lab.run))
          this.#runs.push({ kind: 'aborted', verdict: 'proven', k: half.texts.length });
        else await this.#aborted(half);
      }
    }
    // stopped behind its last statement, a file that is its own original is run a second time: that is known
    const known = this.#same && (this.#input.checks.has('second run') || this.#input.checks.has('rows'));
    const stuck = await stop('interrupted original', original, !known);
    if (known) this.#stoppedAtTheEnd(original);
    if (stuck) {
      this.#notes.push(
        `it can only be run as a whole, and so only stops as a whole: by itself, statement ${stuck.text + 1} fails with "${stuck.error.message}"`,
      );
    }
    if (!this.#same) {
      const failure = await stop('interrupted file', file, false);
      // where the original can't be cut up either, the file need not
      if (failure && !stuck) {
        this.#failures.push({
          check: 'interrupted',
          kind: 'interrupted file',
          title: 'run statement by statement, the file fails, which the original does not',
          k: failure.text,
          statement: failure.text,
          error: errorReport(failure.error),
          differences: [],
          rows: [],
          sequences: [],
        });
        this.#runs.push({ kind: 'interrupted file', verdict: 'failed', k: failure.text, statement: failure.text });
      }
    }
    for (const at of this.#input.concurrentBuilds) {
      // what stands alone in its file has no statement beside it that could drop an index that was left invalid
      if (file.sql.length === 1 && !(await this.#healsAlone(at))) continue;
      const died = [[...original.sql.slice(0, at), rememberIndexes, original.sql[at] ?? '', invalidateNewIndexes]];
      const failure = await this.#lab.walk(died, async (_, run) => {
        await this.#check('invalid index', [], run, { k: at + 1, after: original.statements[at]?.text ?? '' });
      });
      if (failure)
        this.#unproven('interrupted', `an index that was left invalid could not be made: ${failure.error.message}`);
    }
  }

  async #healsAlone(at: number): Promise<boolean> {
    const { original } = this.#input;
    let heals = false;
    const died = [[...original.sql.slice(0, at), rememberIndexes, original.sql[at] ?? '', invalidateNewIndexes]];
    await this.#lab.walk(died, async (_, run) => {
      heals = await this.#passes([], run);
    });
    if (!heals) {
      this.#unproven(
        'interrupted',
        'a concurrent build that dies leaves an invalid index, which this file passes over: the build has to stand alone in it, so that nothing beside it can drop the index first. Look for invalid indexes before you run it again',
      );
    }
    return heals;
  }

  /** What a second run came to, as the stop behind the last statement. */
  #stoppedAtTheEnd({ sql, statements }: Script): void {
    const where = { k: sql.length, after: statements.at(-1)?.text ?? '' };
    const kind: RunKind = 'interrupted original';
    for (const failure of this.#failures.filter((each) => each.kind === 'second run')) {
      const what = failure.error ? 'raises an error' : 'the database is not as it should be';
      const check = failure.check === 'rows' ? 'rows' : checkOf[kind];
      this.#failures.push({ ...failure, ...where, check, kind, title: titles[kind](where.k, what) });
    }
    const second = this.#runs.find((run) => run.kind === 'second run');
    if (second) this.#runs.push({ ...second, kind, k: where.k });
  }

  async #drift(start: State): Promise<void> {
    const { original, file } = this.#input;
    const all = drifts(start.catalog, this.#expected.catalog, original.sql);
    if (all.length === 0) return;
    const failure = await this.#lab.walk([this.#whole(original)], async (_, run) => {
      for (const { object, what, sql } of all) {
        const steps: Step[] = [{ texts: [sql] }, observed(this.#whole(file))];
        const outcome = await run(steps);
        if (outcome.failure) {
          // that it can't be made different is no drift
          if (outcome.failure.step === 1) this.#runs.push({ kind: 'drift', verdict: 'proven', raised: true });
          continue;
        }
        const state = outcome.states[0];
        const differences = state ? diffSnapshots(this.#expected.catalog, state.catalog) : [];
        if (differences.length === 0) {
          this.#runs.push({ kind: 'drift', verdict: 'proven' });
          continue;
        }
        const passed = `${object} was found with ${what}: the file raised nothing and left it so`;
        // what no guard can be put around, or what the author guarded by a name alone, is no fault of a rewrite
        if (this.#isAuthors(object)) {
          this.#unproven('drift', `${passed} (the statement is as its author wrote it)`);
          continue;
        }
        if (this.#isConcurrent(object)) {
          this.#unproven(
            'drift',
            `${passed} (CREATE INDEX CONCURRENTLY can't stand in a DO block that would look first)`,
          );
          continue;
        }
        this.#runs.push({ kind: 'drift', verdict: 'failed' });
        this.#failures.push({
          check: 'drift',
          kind: 'drift',
          title: passed,
          ...report({ differences, rows: [] }),
        });
      }
    });
    if (failure) this.#unproven('drift', `the original could not be run once more: ${failure.error.message}`);
  }

  /** Whether a concurrent build makes this index. */
  #isConcurrent(object: string): boolean {
    const { original, concurrentBuilds } = this.#input;
    const name = identifiers(object).at(-1) ?? '';
    return object.startsWith('index ') && concurrentBuilds.some((at) => original.sql[at]?.includes(name));
  }

  /** Whether the statement that makes the object, the first that names it, is in the file as it is in the original. */
  #isAuthors(object: string): boolean {
    const { original, file } = this.#input;
    if (this.#same) return true;
    const names = identifiers(object).map((name) => new RegExp(`(?<!\\w)${inStatement(name)}`));
    // a DROP makes nothing, and a new label may be called as a table is
    const other = /^\s*(drop\b|alter\s+type\b.*\badd\s+value\b)/is;
    const maker = original.sql.find((sql) => !other.test(sql) && names.every((name) => name.test(sql)));
    return maker !== undefined && file.sql.includes(maker);
  }

  /** Whether the file, after these steps, leaves what is expected. */
  async #passes(before: readonly Step[], run: RunSteps): Promise<boolean> {
    const outcome = await run([...before, observed(this.#whole(this.#input.file))]);
    const state = outcome.states.at(-1);
    return !outcome.failure && state !== undefined && equal(await this.#compare(this.#expected, state, true));
  }

  async #check(
    kind: RunKind,
    before: readonly Step[],
    run: RunSteps,
    where: Pick<Failure, 'k' | 'after'>,
    columnOrder = false,
    expected = this.#expected,
  ): Promise<void> {
    const outcome = await run([...before, observed(this.#whole(this.#input.file))]);
    if (outcome.failure) {
      if (outcome.failure.step < before.length) throw new Error(outcome.failure.error.message);
      await this.#raised(kind, where, outcome.failure, before, run);
      return;
    }
    const state = outcome.states.at(-1);
    if (!state) throw new Error('the database was not looked at');
    const found = await this.#compare(expected, state, columnOrder);
    if (equal(found)) this.#runs.push({ kind, verdict: 'proven', ...kOf(where) });
    else this.#fail(kind, where, found);
  }

  async #compare(expected: State, got: State, columnOrder: boolean): Promise<Comparison> {
    const found = compare(expected, got, columnOrder);
    if (!found.rows.some(({ kind }) => kind === 'rows')) return found;
    const unstable = await this.#unstableColumns();
    if (unstable.size === 0) return found;
    const hide = (rows: Rows): Rows => masked(rows, unstable);
    return { differences: found.differences, rows: harm(diffRows(hide(expected.rows), hide(got.rows))) };
  }

  /** Columns that come out differently when the original itself is run twice. */
  async #unstableColumns(): Promise<Unstable> {
    if (this.#unstable) return this.#unstable;
    const { states } = await this.#lab.run([observed(this.#whole(this.#input.original))]);
    const again = states.at(-1) ?? this.#expected;
    this.#unstable = unstableColumns(this.#expected.rows, again.rows);
    for (const [table, columns] of this.#unstable) {
      if (columns.size === 0) continue;
      this.#unproven(
        'rows',
        `the original itself gives ${[...columns].join(', ')} of ${table} another value each time it is run (a clock, a random number): these values can't be compared`,
      );
    }
    return this.#unstable;
  }

  async #raised(
    kind: RunKind,
    where: Pick<Failure, 'k' | 'after'>,
    { error, text }: StepError,
    before: readonly Step[],
    run: RunSteps,
  ): Promise<void> {
    const { file } = this.#input;
    const key = `${error.code} ${error.message} ${error.fields.where ?? ''}`;
    let statement = this.#mode === 'statement' ? this.#apart(file)[text] : this.#located.get(key);
    if (statement === undefined && !this.#located.has(key)) {
      statement = await this.#find(before, error, file, before.length, run);
      this.#located.set(key, statement);
    }
    const at = statement === undefined ? {} : { statement };
    this.#runs.push({ kind, verdict: 'failed', ...kOf(where), ...at });
    this.#failures.push({
      check: checkOf[kind],
      kind,
      title: titles[kind](where.k ?? 0, 'raises an error'),
      ...where,
      ...at,
      error: errorReport(error),
      differences: [],
      rows: [],
      sequences: [],
    });
  }

  /** Which of the statements raises the error when they are sent one by one. */
  async #find(
    before: readonly Step[],
    error: SqlError,
    script: Script,
    step: number,
    run: RunSteps = this.#lab.run,
  ): Promise<number | undefined> {
    if (script.sql.length === 1) return 0;
    const apart = this.#apart(script);
    const { failure }: Outcome = await run([...before, { texts: apart.map((at) => script.sql[at] ?? '') }]);
    return failure?.step === step && failure.error.message === error.message ? apart[failure.text] : undefined;
  }

  #fail(kind: RunKind, where: Pick<Failure, 'k' | 'after'>, found: Comparison): void {
    this.#runs.push({ kind, verdict: 'failed', ...kOf(where) });
    const check = found.differences.length === 0 ? 'rows' : checkOf[kind];
    const what =
      found.differences.length === 0 ? 'other rows are there than should be' : 'the catalogs are not as they should be';
    this.#failures.push({ check, kind, title: titles[kind](where.k ?? 0, what), ...where, ...report(found) });
  }

  #unproven(check: CheckName, reason: string): void {
    const reasons = this.#reasons.get(check) ?? new Set();
    this.#reasons.set(check, reasons.add(reason));
  }
}

/** Without what materialized views hold: to bring them up to what an application has written does no harm. */
function withoutDerivedRows({ differences, rows }: Comparison, { catalog }: State): Comparison {
  const views = catalog.objects.get('materialized view');
  return { differences, rows: rows.filter((row) => row.kind === 'sequence' || !views?.has(row.table)) };
}

/**
 * `constraint public.a."B"` -> `a`, `B`: the names as they stand in a statement, quoted there or not, without the schema. A
 * function's argument types are none of it.
 */
function identifiers(object: string): string[] {
  const [, name = ''] = /^(?:[a-z-]+ )+([^(]*)/.exec(object) ?? [];
  const all = parts(name).map(bare);
  return all.length > 1 ? all.slice(1) : all;
}

const kOf = ({ k }: Pick<Failure, 'k'>): { k?: number } => (k === undefined ? {} : { k });

const plural = (count: number): string => `${count} statement${count === 1 ? '' : 's'}`;

const titles: Readonly<Record<RunKind, (k: number, what: string) => string>> = {
  replay: (_, what) => `on what the earlier migrations leave, ${what}`,
  fresh: (_, what) => `run from the start: ${what}`,
  together: (_, what) => `all files up to this one in one transaction: ${what}`,
  'second run': (_, what) => `run a second time: ${what}`,
  'rows written later': (_, what) => `run again after an application went on: ${what}`,
  'interrupted original': (k, what) => `stopped after ${plural(k)} and run again: ${what}`,
  'interrupted file': (k, what) => `stopped after ${plural(k)} of the rewritten file and run again: ${what}`,
  aborted: (k, what) => `rolled back after ${plural(k)} and run again: ${what}`,
  'invalid index': (_, what) => `run again after a concurrent build that left an invalid index: ${what}`,
  drift: (_, what) => what,
};

/** What to do about an error that only a common transaction raises, by SQLSTATE. */
const togetherAdvice: Readonly<Record<string, string>> = {
  '55P04':
    'a label that ADD VALUE adds can be used only once that is committed: let the tool apply the files up to the one that adds it in a run of their own',
  '25001':
    'it can run in no transaction, and the tool always uses one: leave out CONCURRENTLY, or do it outside of the migrations',
};

export function errorReport({ code, message, fields: { detail, hint } }: SqlError): ErrorReport {
  return {
    code,
    message,
    ...(detail === undefined ? {} : { detail }),
    ...(hint === undefined ? {} : { hint }),
  };
}

export function verdictOf(checks: readonly CheckResult[]): Proof['verdict'] {
  if (checks.some(({ verdict }) => verdict === 'failed')) return 'failed';
  return checks.every(({ verdict }) => verdict === 'proven') ? 'proven' : 'unproven';
}

const rememberIndexes = 'CREATE TEMPORARY TABLE idempotify_indexes AS SELECT indexrelid FROM pg_index';
const invalidateNewIndexes =
  'UPDATE pg_index SET indisvalid = false WHERE indexrelid NOT IN (SELECT indexrelid FROM idempotify_indexes)';
