export { raisedByGuard } from './emit.ts';
export * from './past.ts';
export * from './statements.ts';
