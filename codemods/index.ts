export * from './sql/rewriter.ts';
