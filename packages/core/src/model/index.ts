export { Catalog, describe, type Obj, type Spec } from './catalog.ts';
export type { Effect, Run, OnlyIf, Twin, DataStep } from './effect.ts';
export { exactType, typeSql } from './types.ts';
export * from './ast.ts';
