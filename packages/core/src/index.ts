export * from './parse/index.ts';
export * from './quote.ts';
export * from './text/edits.ts';
export * from './text/lines.ts';
export * from './model/index.ts';
export * from './guards/index.ts';
export * from './tools/index.ts';
export * from './rewrite/index.ts';
