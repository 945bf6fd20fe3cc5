/** The config file: where it is looked for, and its options. */
import fs from 'node:fs';
import path from 'node:path';
import { systemMessage } from '@idempotify/core';
import { UsageError } from './errors.ts';
import { type ConfigOptions, type Source, below, checkedOptions, sourceOf } from './options.ts';
import type { BaselineConfig } from './baseline/options.ts';
import type { LintConfig } from './lint/options.ts';
import type { VerifyConfig } from './verify/options.ts';
import { printable } from './terminal.ts';

const NAME = 'idempotify';

const SEARCH_PLACES = [
  'package.json',
  `.${NAME}rc.json`,
  `${NAME}.config.js`,
  `${NAME}.config.mjs`,
  `${NAME}.config.json`,
];

export interface LoadedConfig {
  /** With absolute paths. */
  readonly options: ConfigOptions;
  readonly verify: VerifyConfig;
  readonly lint: LintConfig;
  readonly baseline: BaselineConfig;
  /** Its folder. */
  readonly base: string;
  /** The folder that the `ignore` patterns are relative to. */
  readonly ignoreBase?: string;
  /** What wrong options are told to come from; those of `verify`, `lint` and `baseline` stand below that key. */
  readonly source: Source;
}

/**
 * Whether there is anything that a search could find. Most projects have no config file, and a few questions to the file
 * system take a tenth of the time of a search.
 */
function mayHaveConfig(cwd: string): boolean {
  for (let at = cwd; ; at = path.dirname(at)) {
    for (const place of SEARCH_PLACES) {
      const file = path.join(at, place);
      if (!fs.existsSync(file)) continue;
      try {
        if (place !== 'package.json' || fs.readFileSync(file, 'utf8').includes(`"${NAME}"`)) return true;
      } catch {
        return true; // the search tells what is wrong with it
      }
    }
    if (at === path.dirname(at)) return false;
  }
}

type Loader = (file: string, content: string) => unknown;

/** Errors of a file that can't be loaded get the file's name. */
const named =
  (load: Loader): Loader =>
  async (file, content) => {
    try {
      return await load(file, content);
    } catch (error) {
      throw new UsageError(
        `${printable(file)}: ${error instanceof SyntaxError ? 'does not parse: ' : ''}${systemMessage(error)}`,
      );
    }
  };

const json = named((_, content) => JSON.parse(content.replace(/^\uFEFF/, '')) as unknown);
const module = named(async (file) => {
  const { pathToFileURL } = await import('node:url');
  const loaded = (await import(pathToFileURL(file).href)) as { default?: unknown };
  if (loaded.default === undefined) throw new Error('has no default export');
  return loaded.default;
});

/**
 * Loads the config file.
 *
 * @param cwd absolute; the search goes from here upwards
 * @param file the file to load instead of looking for one
 * @returns its options, with paths made absolute: those in a config file are relative to its folder; undefined where there is none
 * @throws UsageError that names the file
 */
export async function loadConfig(cwd: string, file?: string): Promise<LoadedConfig | undefined> {
  if (file === '') throw new UsageError('--config needs the name of a file');
  if (file === undefined && !mayHaveConfig(cwd)) return undefined;
  const { lilconfig } = await import('lilconfig');
  const loaders = { '.json': json, '.js': module, '.mjs': module, '.cjs': module, noExt: json };
  const searcher = lilconfig(NAME, {
    searchPlaces: SEARCH_PLACES,
    loaders,
    cache: false,
    ignoreEmptySearchPlaces: false,
  });
  let found: Awaited<ReturnType<typeof searcher.search>>;
  try {
    found = file === undefined ? await searcher.search(cwd) : await searcher.load(path.resolve(cwd, file));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${printable(file ?? cwd)}: the config file can not be loaded: ${systemMessage(error)}`);
  }
  if (!found) return undefined;
  if (found.config === undefined || found.config === null) {
    const key = path.basename(found.filepath) === 'package.json' ? ` has no key "${NAME}"` : ' is empty';
    throw new UsageError(`${printable(found.filepath)}${key}`);
  }
  const source = sourceOf(printable(found.filepath));
  const {
    verify: forVerify,
    lint: forLint,
    baseline: forBaseline,
    ...forRewrite
  } = found.config as { verify?: unknown; lint?: unknown; baseline?: unknown };
  const options = checkedOptions(
    typeof found.config === 'object' && !Array.isArray(found.config) ? forRewrite : found.config,
    source,
  );
  const base = path.dirname(found.filepath);
  const absolute = (each: string): string => path.resolve(base, each);
  // with it comes the package that knows databases: only when it is needed
  const verify =
    forVerify === undefined
      ? {}
      : (await import('./verify/options.ts')).checkedVerifyConfig(forVerify, below(source, 'verify'));
  const lint =
    forLint === undefined ? {} : (await import('./lint/options.ts')).checkedLintConfig(forLint, below(source, 'lint'));
  const baseline =
    forBaseline === undefined
      ? {}
      : (await import('./baseline/options.ts')).checkedBaselineConfig(forBaseline, below(source, 'baseline'));
  return {
    base,
    options: {
      ...options,
      ...(options.paths && { paths: options.paths.map(absolute) }),
      ...(options.outDir !== undefined && { outDir: absolute(options.outDir) }),
      ...(options.checksumSql !== undefined &&
        options.checksumSql !== '-' && { checksumSql: absolute(options.checksumSql) }),
    },
    verify: {
      ...verify,
      ...(verify.original !== undefined && { original: absolute(verify.original) }),
      ...(verify.prelude !== undefined && { prelude: absolute(verify.prelude) }),
    },
    lint: {
      ...lint,
      ...(typeof lint.knownFindings === 'string' && { knownFindings: absolute(lint.knownFindings) }),
    },
    baseline: { ...baseline, ...(baseline.folder !== undefined && { folder: absolute(baseline.folder) }) },
    source,
    // patterns stay as they are: they are matched below the folder of the config file
    ...(options.ignore && { ignoreBase: base }),
  };
}
