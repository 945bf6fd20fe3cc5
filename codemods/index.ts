export { raisedByGuard } from './sql/emit.ts';
export * from './sql/rewriter.ts';
