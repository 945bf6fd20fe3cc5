/** Where a live database stands in a history of migrations. */
import { compareReplayed } from './compare.ts';
import { readLive } from './live.ts';
import { replayHistory } from './replay.ts';
import type { HistoryComparison, HistoryOptions } from './types.ts';

export { compareReplayed, type CompareOptions } from './compare.ts';
export { readLive, readLiveInside, type LiveCatalog, type LiveOptions } from './live.ts';
export { replayHistory, type Replayed } from './replay.ts';
export type * from './types.ts';

/**
 * Replays the history on a throw-away server and compares what it makes with what there is. The live database is read in one
 * read-only transaction.
 * @throws ConnectionError when one of the servers is gone, SqlError when the live catalogs can't be read, PreludeError
 */
export async function compareHistory(options: HistoryOptions): Promise<HistoryComparison> {
  const live = await readLive(options.live, options);
  const schema = options.schema ?? live.schema;
  const replayed = await replayHistory({ ...options, ...(schema === undefined ? {} : { schema }), roles: live.roles });
  return compareReplayed(replayed, live, options);
}
