export { ledgerSql, LedgerRefused, markApplied, type Marked, type MarkOptions } from './ledger.ts';
export { baselineSql, readBaseline } from './baseline.ts';
export { beyond, blocksOf, isBaseline, type FileBlock } from './blocks.ts';
export { isLink } from './emit.ts';
export { CircleError } from './graph.ts';
export { ScopeError } from './left-out.ts';
export { proveBlocks, type UnprovenBlock } from './prove.ts';
export { readUndisturbed } from './undisturbed.ts';
export type { Baseline, BaselineObject, BaselineOptions, LeftOut } from './types.ts';
export { baselineFromDump, type DumpBaseline, type DumpProblem } from './dump/index.ts';
export {
  compareReplayed,
  readLive,
  readLiveInside,
  replayHistory,
  type LiveCatalog,
  type Replayed,
  type ExtraObject,
  type HistoryComparison,
  type HistoryDifference,
  type HistoryMigration,
  type MigrationStand,
  type MigrationVerdict,
  type Obstacle,
  type OrderDifference,
  type StatementPlace,
  type StatementStand,
  type StatementVerdict,
} from './history/index.ts';
