export { ledgerSql, LedgerRefused, markApplied, type Marked, type MarkOptions } from './ledger.ts';
export { baselineSql, readBaseline } from './baseline.ts';
export type { Baseline, BaselineObject, BaselineOptions, LeftOut } from './types.ts';
export { baselineFromDump, type DumpBaseline, type DumpProblem } from './dump/index.ts';
