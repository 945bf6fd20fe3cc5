/**
 * Where a live database stands in a history of migrations: the history is replayed on a throw-away server, the live catalogs are
 * read, and both are compared.
 */
export { compareReplayed } from './compare.ts';
export { readLive, readLiveInside, type LiveCatalog } from './live.ts';
export { replayHistory, type Replayed } from './replay.ts';
export type * from './types.ts';
