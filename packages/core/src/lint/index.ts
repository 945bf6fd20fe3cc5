export * from './types.ts';
export * from './shell.ts';
export * from './engine.ts';
export {
  directivesIn,
  disabledBy,
  disabledReruns,
  isAbout,
  lineOf,
  mayHaveDirectives,
  readDirectives,
  readHashDirectives,
  type Directive,
  type DirectivePlaces,
  type DisabledReruns,
} from './directives.ts';
export { Source, type SourceOptions } from './file.ts';
export { anythingHappens, factsOf, temporaryOf, type Fact, type FactClass } from './facts.ts';
export { replay, type Conflict, type Placed, type Replay } from './replay.ts';
export type { Branch, HandledBlock, Handler, NestedCode, NestedStatement } from './nested.ts';
