/** Reading while others change the schema. */
import type { LiveSession } from '../live/session.ts';
import { ConnectionError, SqlError } from '../runners/errors.ts';
import { type ReadOptions, readBaseline } from './baseline.ts';
import type { Baseline } from './types.ts';

/**
 * `readBaseline`, and once more when somebody has changed the schema meanwhile: rows of catalogs are those of the transaction's
 * snapshot, but pg_get_viewdef and its like look at what is there now (src/backend/utils/adt/ruleutils.c).
 * @throws SqlError, ConnectionError, ScopeError, CircleError
 */
export async function readUndisturbed(session: LiveSession, options: ReadOptions = {}): Promise<Baseline> {
  try {
    return await readBaseline(session, options);
  } catch (first) {
    if (!disturbed(first)) throw first;
    try {
      return await readBaseline(session, options);
    } catch (second) {
      if (!disturbed(second)) throw second;
      throw new ConnectionError(
        `the schema is changed by somebody else while it is read (${second.code} ${second.message}): run it again when nothing is deployed`,
        { cause: second },
      );
    }
  }
}

/**
 * What PostgreSQL says of an object that was there a moment ago. "cache lookup failed" has the code of internal errors; a name
 * in a cast to regclass that is gone has one of class 42.
 */
const disturbed = (error: unknown): error is SqlError =>
  error instanceof SqlError &&
  ((error.code === 'XX000' && /cache lookup failed|could not (?:open|find)/.test(error.message)) ||
    /^(?:42P01|42703|42704|42883|3F000|40001)$/.test(error.code));
