/** All files of a history once more, over the database that they leave. */
import type { Session } from '../runners/types.ts';
import { errorReport } from './prove.ts';
import { seedPlan, seedSql } from './seed.ts';
import { firstError, sentAs, type ScriptFile } from './script.ts';
import { compare, look, report } from './state.ts';
import type { DifferenceReport, ErrorReport, Mode, RowReport } from './types.ts';

export interface WholeHistory {
  /** Files that raised an error, with the statement that did, where it is known: 1-based place and text in one line. */
  readonly failed: readonly {
    readonly path: string;
    readonly line?: number;
    readonly column?: number;
    readonly statement?: string;
    readonly error: ErrorReport;
  }[];
  /** What is left over, lost or changed afterwards. */
  readonly differences: readonly DifferenceReport[];
  readonly rows: readonly RowReport[];
}

export interface Rerun {
  readonly path: string;
  readonly script: ScriptFile;
  readonly mode: Mode;
  /** Indexes of the statements that can't be run. */
  readonly blocked: ReadonlySet<number>;
}

/**
 * @param within lends a new session in the database
 * @param reruns each is read when its turn comes, so that memory does not grow with the history
 */
export async function runAgain(
  within: <T>(use: (session: Session) => Promise<T>) => Promise<T>,
  superuser: boolean,
  reruns: readonly (() => Rerun)[],
): Promise<WholeHistory> {
  const before = await within(async (session) => {
    const seed = seedSql(await seedPlan(session), new Map(), superuser);
    if (seed !== '') await session.query(seed);
    return look(session);
  });
  const failed: WholeHistory['failed'][number][] = [];
  for (const read of reruns) {
    const { path, script, mode, blocked } = read();
    const statements = [...script.sql.keys()].filter((at) => !blocked.has(at));
    const apart = statements.map((at) => script.sql[at] ?? '');
    const alone = mode === 'statement' || blocked.size > 0;
    const failure = await within((session) => firstError(session, alone ? apart : sentAs(script, mode)));
    if (!failure) continue;
    // as a whole nothing of it was done, and so it can be asked again which statement it was
    const again = alone ? failure : await within((session) => firstError(session, ['BEGIN', ...apart]));
    const at = again && statements[alone ? again.text : again.text - 1];
    const place = at === undefined ? undefined : script.statements[at];
    failed.push({
      path,
      ...(place ? { line: place.line, column: place.column, statement: place.text } : {}),
      error: errorReport(failure.error),
    });
  }
  const after = await within(look);
  const { differences, rows } = report(compare(before, after, false));
  return { failed, differences, rows };
}
