/** Text to tree. ESLint brings a parser of its own; this one is for the command line and the codemods. */
import { createRequire } from 'node:module';
import type { ParserOptions, ParserPlugin } from '@babel/parser';
import { lineIndex, type Problem } from '@idempotify/core';
import type { Program } from './ast.ts';

let babel: typeof import('@babel/parser') | undefined;

/** Loaded when a file has to be parsed: under ESLint, most often none. */
const parser = (): NonNullable<typeof babel> =>
  (babel ??= createRequire(import.meta.url)('@babel/parser') as typeof import('@babel/parser'));

export type ParsedProgram =
  { readonly kind: 'program'; readonly program: Program } | { readonly kind: 'broken'; readonly problem: Problem };

/**
 * @param path only its ending is looked at: TypeScript or not
 * @returns a tree whose nodes have a `range` in UTF-16 offsets of `text`, a BOM included; or where it can't be read
 */
export function parseJavaScript(text: string, path: string): ParsedProgram {
  const bom = text.charCodeAt(0) === 0xfeff;
  // babel counts a BOM in, and takes it for white space
  try {
    const { program, comments } = parser().parse(text, optionsFor(path));
    const withRanges = (comments ?? []).map(({ type, value, start, end }) => ({ type, value, range: [start, end] }));
    return { kind: 'program', program: { ...program, comments: withRanges } as unknown as Program };
  } catch (error) {
    const { pos = 0, message } = error as { pos?: number; message: string };
    const at = Math.min(pos, text.length);
    return {
      kind: 'broken',
      problem: {
        kind: 'syntax',
        // babel puts the place behind its sentence, counted its own way
        message: message.replace(/\s*\(\d+:\d+\)\s*$/, ''),
        start: Math.max(at, bom ? 1 : 0),
        end: Math.min(at + 1, text.length),
        ...lineIndex(text).at(at),
      },
    };
  }
}

function optionsFor(path: string): ParserOptions {
  const typescript = /\.[cm]?ts$/i.test(path);
  const plugins: ParserPlugin[] = [
    ['estree', { classFeatures: true }],
    // decorators of old style are what TypeScript projects with TypeORM and MikroORM write
    'decorators-legacy',
    'importAttributes',
    'explicitResourceManagement',
    ...(typescript ? (['typescript'] as const) : (['flow', 'jsx'] as const)),
  ];
  return {
    sourceType: 'unambiguous',
    ranges: true,
    allowReturnOutsideFunction: true,
    allowAwaitOutsideFunction: true,
    allowSuperOutsideMethod: true,
    allowUndeclaredExports: true,
    plugins,
  };
}
