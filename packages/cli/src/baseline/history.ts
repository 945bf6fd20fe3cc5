/** `baseline --history`: what the migrations of a folder have to do with a live database. */
import type { BaselineLedger, Tool } from '@idempotify/core';
import type { HistoryComparison, LiveSession } from '@idempotify/database';
import { UsageError } from '../errors.ts';
import type { Called } from '../options.ts';
import type { ExitCode } from '../results.ts';
import type { Colors } from '../terminal.ts';

export interface BaselineHistoryOptions {
  /** Absolute. */
  readonly cwd: string;
  /** The folder of migrations, as given. */
  readonly history: string;
  /** The tool's name, instead of recognising it. */
  readonly tool?: string;
  /** `--server URL`: a real server for the replay, instead of PGlite. Everything is done in scratch databases. */
  readonly server?: string;
  /** That server is there for nothing else. */
  readonly disposableServer?: boolean;
  /** `--prelude FILE`: SQL that the scratch database starts with. */
  readonly prelude?: string;
  /** `--assume-data`: statements that only write rows count as run when a later statement certainly was. */
  readonly assumeData?: boolean;
  /** The schema and name of the tool's table, where they are not the usual ones. */
  readonly ledgerSchema?: string;
  readonly ledgerTable?: string;
  readonly called: Called;
  readonly progress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** Plain data: what `--json` prints. */
export interface BaselineHistoryReport extends HistoryComparison {
  /** The folder, for people. */
  readonly folder: string;
  readonly tool: { readonly name: string; readonly title: string };
  /** The servers, for people: `PostgreSQL 16.14`, `PGlite 0.5.16 (PostgreSQL 18.3)`. */
  readonly servers: { readonly live: string; readonly replay: string };
  readonly ledger: HistoryLedgerReport;
}

/** What the tool's table says; nothing where the tool has none. */
export interface HistoryLedgerReport {
  readonly table?: string;
  /** Indexes of the migrations that it has as applied. */
  readonly recorded: readonly number[];
  /** Those of them that can not be marked by what the database holds. */
  readonly recordedOnly: readonly number[];
  /** What is wrong with it, in the tool's eyes, as sentences. While there is anything, nothing is written. */
  readonly contradictions: readonly string[];
  /** Why there are no rows to write, as a sentence. */
  readonly refused?: string;
}

export interface BaselineHistory {
  readonly report: BaselineHistoryReport;
  readonly tool: Tool;
  /** For `markApplied` and `ledgerSql`: rows of all migrations that can be marked; undefined when there is nothing to mark. */
  readonly ledger: BaselineLedger | undefined;
  /** For `markApplied`: throws when the database is not what it was when it was compared. */
  prove(session: LiveSession): Promise<void>;
  /** 0: the database stands at the end of the history and nothing is missing; 1: anything else; */
  readonly exitCode: ExitCode;
}

/**
 * Replays the folder's migrations and compares the live database with them. Writes nothing.
 * @param live outside of a transaction
 * @throws UsageError (no such folder, no migrations, migrations in JavaScript, no server), SqlError and ConnectionError of `live`
 */
export async function compareWithHistory(live: LiveSession, options: BaselineHistoryOptions): Promise<BaselineHistory> {
  void live;
  throw new UsageError(`${options.called('history')} is not there yet`);
}

/** For people; every line ends with a line break. */
export function historyText(report: BaselineHistoryReport, colors: Colors): string {
  void colors;
  return `${report.folder}\n`;
}
