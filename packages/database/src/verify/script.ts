/** From a migration file to what its tool sends. */
import { lineIndex, parseSql, type Statement, type Tool, type Transactions } from '@idempotify/core';
import type { RowDifference, SequenceDifference } from '../catalog/rows.ts';
import { SqlError } from '../runners/errors.ts';
import type { Session } from '../runners/types.ts';
import type { Mode, Place, Script, Unit } from './types.ts';

export interface ScriptFile extends Script {
  /** The file as it is. */
  readonly text: string;
  /** Why it can't be run, with 1-based places. */
  readonly problems: readonly { readonly line: number; readonly column: number; readonly reason: string }[];
  readonly parsed: readonly Statement[];
}

/** Reads the parts of a file that its tool runs forwards. Never throws on any text. */
export function scriptOf(text: string, path: string, tool: Tool): ScriptFile {
  const sections = tool.sections(text, path);
  const parsed = parseSql(text, { ranges: sections.up });
  const lines = lineIndex(text);
  const problems = [...sections.problems, ...parsed.problems].map(({ line, column, message }) => ({
    line,
    column,
    reason: message,
  }));
  return {
    text,
    problems,
    parsed: parsed.statements,
    chunks: sections.up.map(({ start, end }) => text.slice(start === 0 && text.startsWith('\uFEFF') ? 1 : start, end)),
    statements: parsed.statements.map(({ range: { start, end } }): Place => ({
      ...lines.at(start),
      start,
      end,
      text: oneLine(text.slice(start, end)),
    })),
    sql: parsed.statements.map(({ range }) => text.slice(range.start, range.end)),
    units: unitsOf(parsed.statements),
  };
}

/** What stands between BEGIN and COMMIT stops as a whole. */
function unitsOf(statements: readonly Statement[]): Unit[] | undefined {
  const units: Unit[] = [];
  let block: number[] | undefined;
  for (const [at, { tag, node }] of statements.entries()) {
    if (tag !== 'TransactionStmt') {
      if (block) block.push(at);
      else units.push({ statements: [at], k: at + 1 });
      continue;
    }
    const { kind, options } = node as { kind?: string; options?: unknown[] };
    if (!block && (kind === 'TRANS_STMT_BEGIN' || kind === 'TRANS_STMT_START') && !options?.length) block = [];
    else if (block && kind === 'TRANS_STMT_COMMIT') {
      units.push({ statements: block, k: at + 1 });
      block = undefined;
    } else return undefined;
  }
  return block ? undefined : units;
}

/** How the tool sends the file. Where nothing is known, statement by statement: that stops in most places. */
export function modeOf({ scope, concurrently }: Transactions): Mode {
  if (scope === 'statement' || scope === 'none') return 'statement';
  // what is sent as one string runs a CONCURRENTLY that stands alone; between BEGIN and COMMIT nothing does
  return concurrently === 'alone' ? 'implicit' : 'explicit';
}

/** The texts in which a tool sends the file. */
export function sentAs({ sql, chunks }: Script, mode: Mode): readonly string[] {
  if (mode === 'statement') return sql;
  return mode === 'explicit' ? ['BEGIN', ...chunks, 'COMMIT'] : chunks;
}

/** Whether a session that has run the file may be another than a new one: settings, temporary objects, locks. */
export const leavesTraces = ({ text }: ScriptFile): boolean =>
  /\b(set|set_config|reset|temp|temporary|prepare|listen|lock|create\s+table\s+pg_temp)\b/i.test(text);

/** Sends texts until one fails; a transaction that it leaves open is rolled back. */
export async function firstError(session: Session, texts: readonly string[]): Promise<TextError | undefined> {
  for (const [text, sql] of texts.entries()) {
    try {
      await session.query(sql);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      if (session.inTransaction) await session.query('ROLLBACK');
      return { error, text };
    }
  }
  return undefined;
}

export interface TextError {
  readonly error: SqlError;
  /** Index of the text that raised it. */
  readonly text: number;
}

/** `public."Order"` -> `order`. */
const bareName = (name: string): string =>
  (/("(?:[^"]|"")*"|[^."]+)$/.exec(name)?.[1] ?? name).replaceAll('"', '').toLowerCase();

/** Statements that remove rows, or may do so. */
const removing = new Set([
  'DeleteStmt',
  'MergeStmt',
  'TruncateStmt',
  'DoStmt',
  'SelectStmt',
  'CallStmt',
  'ExecuteStmt',
]);

/**
 * Whether statements of the file may change these rows when they are run again: an UPDATE of the table may change rows,
 * and only more than that may remove some. An INSERT … SELECT may make rows out of later ones; what one inserts once more
 * is seen without them. A sequence may be set to the greatest number among the rows.
 */
export function mayWrite({ parsed, sql }: ScriptFile, difference: RowDifference | SequenceDifference): boolean {
  const name = difference.kind === 'rows' ? difference.table : difference.sequence;
  const bare = bareName(name);
  return parsed.some(({ tag }, at) => {
    const text = sql[at]?.toLowerCase() ?? '';
    if (difference.kind === 'sequence')
      return (
        /\bsetval\s*\([^]*\bmax\s*\(/.test(text) && (text.includes(bare) || text.includes('pg_get_serial_sequence'))
      );
    const { missing, extra } = difference;
    if (!text.includes(bare)) return false;
    if (tag === 'InsertStmt') return missing.length === 0 && /\bselect\b/.test(text);
    return removing.has(tag) || (tag === 'UpdateStmt' && missing.length === extra.length);
  });
}

const clock =
  /\b(now\s*\(|\w+_timestamp\s*\(|current_(timestamp|date|time)\b|localtime(stamp)?\b|timeofday\s*\()|'now'/i;

/** Whether an UPDATE of the file that names the table sets something to the time: run again, it sets another. */
export function setsTime({ parsed, sql }: ScriptFile, table: string): boolean {
  const bare = bareName(table);
  return parsed.some(({ tag }, at) => {
    const text = sql[at] ?? '';
    return tag === 'UpdateStmt' && text.toLowerCase().includes(bare) && clock.test(text);
  });
}

/** Indexes of the statements that build an index concurrently: they may leave an invalid one. */
export function concurrentBuilds({ parsed }: ScriptFile): number[] {
  return parsed.flatMap(({ tag, node }, at) =>
    tag === 'IndexStmt' && (node as { concurrent?: boolean } | undefined)?.concurrent === true ? [at] : [],
  );
}

/** A statement that a proof can't run, and why. */
export interface Blocked {
  /** Index of the statement. */
  readonly statement: number;
  readonly reason: string;
  readonly advice: string;
}

/**
 * What would reach beyond the scratch database: other databases, roles, the server's settings, its files, other servers.
 * Looked for in the words of a statement, also inside of function bodies and strings: better once too often.
 */
const beyond =
  /\b((create|alter|drop)\s+(role|user(?!\s+mapping)|group|database|tablespace|subscription)|alter\s+system|(reassign|drop)\s+owned|grant\s+\S+\s+to|revoke\s+\S+\s+from|set\s+(session\s+)?authorization|dblink\w*|pg_(read|write|ls|stat)_\w*(file|dir)\w*|pg_(terminate|cancel)_backend|pg_reload_conf|pg_rotate_logfile|pg_switch_wal|pg_promote|pg_create_\w*_?(replication_slot|restore_point)|lo_(import|export)|file_fdw|postgres_fdw)\b|\bcopy\b[^;]*\b(program|(from|to)\s+')/i;

/** Whether a text may reach beyond the database that it is run in. */
export const reachesBeyond = (text: string): boolean => beyond.test(text);

/** Statements that a proof must not run, or can't. @param confined whether the server is somebody's, and not ours alone */
export function blockedStatements({ parsed, sql }: ScriptFile, confined: boolean): Blocked[] {
  return parsed.flatMap(({ tag, node, tokens }, statement): Blocked[] => {
    const copy =
      tag === 'CopyStmt' ? (node as { is_from?: boolean; filename?: string; is_program?: boolean }) : undefined;
    if (copy && !copy.filename && !copy.is_program) {
      const reason = 'COPY FROM STDIN and COPY TO STDOUT need a client that sends or takes the rows (psql does)';
      return [{ statement, reason, advice: 'write the rows as INSERT' }];
    }
    const text = sql[statement] ?? '';
    if (!confined || tokens.length === 0 || !beyond.test(text)) return [];
    return [
      {
        statement,
        reason: 'it reaches beyond the scratch database (roles, other databases, settings, files or other servers)',
        advice: 'prove it without --url, or say --disposable-server when the server of --url is there for nothing else',
      },
    ];
  });
}

export function oneLine(sql: string): string {
  const line = sql.replace(/\s+/g, ' ').trim();
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}
