/** Marks migrations as applied in a tool's own table: all of it, or nothing. */
import { dollarQuote, quoteLiteral, type BaselineLedger } from '@idempotify/core';
import type { LiveSession } from '../live/session.ts';
import { SqlError } from '../runners/errors.ts';

export interface MarkOptions {
  /**
   * Proves that the database has what the migrations would make. Runs in the transaction that writes the rows, with the table locked and
   * one snapshot for all queries (REPEATABLE READ); it must not begin or end a transaction. What it throws, `markApplied` throws, and
   * nothing has been written. Settings that it changes with SET LOCAL are put back.
   */
  prove?(session: LiveSession): Promise<void>;
  /** How long to wait for the tool that is at work, in milliseconds. Default: 5000. */
  readonly lockTimeout?: number;
  /** How long a single statement may take, in milliseconds. Default: 60000. */
  readonly statementTimeout?: number;
}

export interface Marked {
  /** Names of the migrations whose rows were written. */
  readonly written: readonly string[];
  /** Names of those that were marked already. */
  readonly already: readonly string[];
  /** Whether the tool's table was missing and has been made. */
  readonly created: boolean;
}

/** The ledger says something that the rows would contradict. Nothing has been written. */
export class LedgerRefused extends Error {
  override readonly name = 'LedgerRefused';
}

/**
 * Writes the rows in one transaction.
 * @param session outside of a transaction
 * @throws LedgerRefused, SqlError, ConnectionError, and what `prove` throws; nothing has been written then
 */
export async function markApplied(
  session: LiveSession,
  ledger: BaselineLedger,
  options: MarkOptions = {},
): Promise<Marked> {
  const [[there] = []] = await session.rows(existsSql(ledger));
  const exists = there === 't';
  await session.run('BEGIN ISOLATION LEVEL REPEATABLE READ');
  try {
    await session.run(
      `SET LOCAL lock_timeout = ${Math.round(options.lockTimeout ?? 5000)}; SET LOCAL statement_timeout = ${Math.round(options.statementTimeout ?? 60_000)}`,
    );
    // before the first query: the snapshot is taken behind the lock, so that no row of another can be missed
    if (exists) await session.run(lockSql(ledger));
    if (ledger.lock !== undefined) await session.run(`SELECT pg_catalog.pg_advisory_xact_lock(${ledger.lock})`);
    if (options.prove) await proven(session, options.prove.bind(options));
    if (!exists) await create(session, ledger);
    const problems = await session.rows(ledger.contradictions);
    if (problems.length > 0) {
      throw new LedgerRefused(problems.map(([sentence]) => sentence ?? '').join('\n'));
    }
    const written: string[] = [];
    const already: string[] = [];
    for (const row of ledger.rows) {
      const [[marked] = []] = await session.rows(`SELECT ${row.there}`);
      if (marked === 't') already.push(row.name);
      else {
        await session.run(row.insert);
        written.push(row.name);
      }
    }
    await session.run('COMMIT');
    return { written, already, created: !exists };
  } catch (error) {
    // on a lost connection the server has rolled back by itself
    await session.run('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** Error codes of a table or schema that is there after all: duplicate_table, duplicate_schema, unique_violation of the catalogs. */
const appeared: readonly string[] = ['42P07', '42P06', '23505'];

async function create(session: LiveSession, ledger: BaselineLedger): Promise<void> {
  try {
    for (const statement of ledger.create) await session.run(statement);
  } catch (error) {
    if (!(error instanceof SqlError) || !appeared.includes(error.code)) throw error;
    throw new LedgerRefused(
      `${ledger.table} was not there and appeared meanwhile: ${ledger.tool} is at work. Run it again.`,
      { cause: error },
    );
  }
}

/** The same as a script that may be run again, by whatever client: what --print-ledger-sql prints. */
export function ledgerSql(ledger: BaselineLedger): string {
  const block = (body: string): string => `DO ${dollarQuote(`\n${body}\n`, 'idempotify')};\n`;
  const names = ledger.rows.map((row) => row.name).join(', ');
  return [
    `-- Marks as applied in ${ledger.tool}: ${names.replaceAll(/[\r\n]+/g, ' ')}\n`,
    'BEGIN;\n',
    ledger.lock === undefined ? '' : `SELECT pg_catalog.pg_advisory_xact_lock(${ledger.lock});\n`,
    block(
      [
        'BEGIN',
        `  IF NOT (${existsExpression(ledger)}) THEN`,
        ...ledger.create.map((statement) => `    ${statement};`),
        '  END IF;',
        'END',
      ].join('\n'),
    ),
    `${lockSql(ledger)};\n`,
    block(
      [
        'DECLARE',
        '  problems text;',
        'BEGIN',
        `  SELECT pg_catalog.string_agg(problem, E'\\n') INTO problems FROM (${ledger.contradictions}) AS found (problem);`,
        "  IF problems IS NOT NULL THEN RAISE EXCEPTION '%', problems; END IF;",
        ...ledger.rows.flatMap((row) => [`  IF NOT (${row.there}) THEN`, `    ${row.insert};`, '  END IF;']),
        'END',
      ].join('\n'),
    ),
    'COMMIT;\n',
  ].join('');
}

const existsExpression = (ledger: BaselineLedger): string =>
  `pg_catalog.to_regclass(${quoteLiteral(ledger.table)}) IS NOT NULL`;
const existsSql = (ledger: BaselineLedger): string => `SELECT ${existsExpression(ledger)}`;
const lockSql = (ledger: BaselineLedger): string => `LOCK TABLE ${ledger.table} IN SHARE ROW EXCLUSIVE MODE`;

/** Settings made with SET LOCAL inside of a savepoint end with its rollback; `prove` only reads, so nothing else is undone. */
async function proven(session: LiveSession, prove: (session: LiveSession) => Promise<void>): Promise<void> {
  await session.run('SAVEPOINT idempotify_proof');
  await prove(session);
  await session.run('ROLLBACK TO SAVEPOINT idempotify_proof; RELEASE SAVEPOINT idempotify_proof');
}
