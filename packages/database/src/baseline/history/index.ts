/** Where a live database stands in a history of migrations. */
import { HistoryUnavailable } from './errors.ts';
import { readLive } from './live.ts';
import type { HistoryComparison, HistoryOptions } from './types.ts';

export { HistoryUnavailable } from './errors.ts';
export { readLive, readLiveInside, type LiveCatalog } from './live.ts';
export type * from './types.ts';

/**
 * Replays the history on a throw-away server and compares what it makes with what there is. The live database is read in one
 * read-only transaction.
 * @throws ConnectionError when one of the servers is gone, SqlError when the live catalogs can't be read, PreludeError
 */
export async function compareHistory(options: HistoryOptions): Promise<HistoryComparison> {
  await readLive(options.live);
  throw new HistoryUnavailable('the replay is not written yet');
}
