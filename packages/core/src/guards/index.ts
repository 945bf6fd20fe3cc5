export * from './atoms.ts';
export * from './again.ts';
export { quickSecondRuns } from './quick.ts';
export { applyToHistory } from './course.ts';
export * from './plan.ts';
export * from './probe.ts';
export { readEffect } from './registry.ts';
export { OWN_TAG } from './do-block.ts';
export { actionsOf, type Action } from './alter-table.ts';
