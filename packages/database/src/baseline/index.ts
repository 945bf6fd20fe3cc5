export { baselineSql, readBaseline } from './baseline.ts';
export type { Baseline, BaselineObject, BaselineOptions, LeftOut } from './types.ts';
