export { raisedByGuard } from './emit.ts';
export * from './statements.ts';
