export * from './types.ts';
export { parseSql } from './parse.ts';
export { tokenize } from './lexer.ts';
export { statementRanges } from './split.ts';
export { compiledParser, useCompiledParser } from './postgres.ts';
