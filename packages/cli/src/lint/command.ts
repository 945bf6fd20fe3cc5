/** `lint` as API and as command. */
import path from 'node:path';
import v8 from 'node:v8';
import { readStdin } from '../commands/stdin.ts';
import { compileParserSimply, onSignals, realIfThere, relativeInside, withoutUndefined } from '../commands/shared.ts';
import { type LoadedConfig, loadConfig } from '../config.ts';
import { PG_VERSIONS, type Preset, systemMessage } from '@idempotify/core';
import { UsageError } from '../errors.ts';
import { type Called, type Source, below, calledIn, commandLine, sourceOf } from '../options.ts';
import { outputTo } from '../output.ts';
import { colorsFor, printable, progressLine } from '../terminal.ts';
import { defaultCacheFolder } from '../verify/cache.ts';
import {
  type Format,
  type LintConfig,
  type LintOptions,
  type LintOutputOptions,
  checkedLintOptions,
} from './options.ts';
import type { LintReport } from './report.ts';
import type { Outcomes } from './outcome.ts';
import type { ResolvedLintOptions } from './run.ts';
import { ruleArgument } from './rule-argument.ts';
import type { SquawkConfig } from './squawk-config.ts';

/**
 * Lints migrations and returns what was found. A file that can't be read is part of the result.
 *
 * @throws UsageError for options that are wrong, contradict each other or find nothing to work on
 */
export async function lint(options: LintOptions = {}): Promise<LintReport> {
  const { cwd: given, stdin, config, ...checkable } = options;
  const source = sourceOf('lint()');
  const checked = checkedLintOptions(withoutUndefined(checkable), source, stdin !== undefined);
  const cwd = path.resolve(given ?? process.cwd());
  const chosen = { ...checked, ...(stdin ? { stdin } : {}) };
  const [{ runLint }, configs] = await Promise.all([import('./run.ts'), configsOf(chosen, cwd, config ?? false)]);
  return runLint(await resolved(chosen, cwd, configs, source));
}

/** As the command line gives them. */
export type LintCommandOptions = Omit<LintOptions, 'cache' | 'rules' | 'stdin'> &
  LintOutputOptions & {
    cacheDir?: string;
    cache?: boolean;
    rule?: readonly string[];
    stdin?: boolean;
    stdinFilepath?: string;
  };

/** @returns the exit code. @throws UsageError */
export async function runLintCommand(paths: readonly string[], given: LintCommandOptions): Promise<number> {
  const { config = true, cacheDir, cache, rule, stdin, stdinFilepath, ...rest } = given;
  if (stdinFilepath === '') throw new UsageError('--stdin-filepath needs the name of a file');
  if (stdinFilepath !== undefined && !stdin) throw new UsageError('--stdin-filepath needs --stdin');
  const cwd = process.cwd();
  const chosen = checkedLintOptions(
    {
      ...rest,
      ...(paths.length > 0 ? { paths } : {}),
      ...(rule ? { rules: Object.fromEntries(rule.map(ruleArgument)) } : {}),
      ...(cache === false ? { cache: false } : cacheDir === undefined ? {} : { cache: cacheDir }),
    },
    commandLine,
    stdin === true,
  );
  const configs = await configsOf(chosen, cwd, config);
  const outcomes = stdin ? undefined : await outcomesOf(chosen, cwd, configs);
  const known = await outcomes?.recall();
  if (known) {
    await ended(process.stdout, known.text);
    return known.exitCode;
  }
  compileSparingly();
  const { runLint } = await import('./run.ts');
  const interruption = new AbortController();
  const release = onSignals(interruption);
  const progress = progressLine(process.stderr, performance.now());
  const options = {
    ...(await resolved(
      {
        ...chosen,
        // where only a few files are asked about, too: the others of their folders are looked at with them
        cache: stdin && chosen.cache === undefined ? false : chosen.cache,
        ...(stdin ? { stdin: { bytes: await readStdin(), path: stdinFilepath } } : {}),
      },
      cwd,
      configs,
      commandLine,
    )),
    signal: interruption.signal,
    onProgress: progress.update,
  };
  const tell = (report: LintReport): Promise<string> => write(report, chosen, options, () => progress.clear());
  let exitCode: number;
  if (chosen.watch) {
    const { watchLint } = await import('./watch.ts');
    exitCode = await watchLint(options, tell);
  } else {
    try {
      const watched = outcomes?.watch();
      const report = await runLint({ ...options, onEdited: watched?.onEdited });
      if (!interruption.signal.aborted) {
        const text = await tell(report);
        watched?.keep(report, text);
      }
      exitCode = report.exitCode;
    } finally {
      progress.clear();
    }
  }
  const signal = release();
  if (signal === undefined) return exitCode;
  process.stderr.write('interrupted\n');
  return 128 + signal;
}

/** @returns the report as it may be told again, when it takes no time to */
async function write(
  report: LintReport,
  chosen: LintOutputOptions & LintOptions,
  { cwd, stdin }: ResolvedLintOptions,
  clear: () => void,
): Promise<string> {
  const { reporterOf } = await import('./reporters/index.ts');
  const format = chosen.format ?? 'stylish';
  const reporter = await reporterOf(format);
  const output = outputTo(process.stdout, clear);
  const file = chosen.outputFile;
  const filtered = stdin !== undefined && (chosen.fix === true || chosen.fixDryRun === true);
  const stream = filtered ? process.stderr : process.stdout;
  const quiet = chosen.quiet === true;
  const shown = quiet ? withoutWarnings(report) : report;
  const diffs = report.files.map(({ diff }) => diff ?? '').join('');
  const told = file === undefined && !filtered ? shown : withoutDiffs(shown);
  const context = {
    cwd,
    colors: file === undefined ? colorsFor(stream, chosen.color) : colorsFor({}, false),
    terminal: file === undefined && stream.isTTY,
    quiet,
  };
  // a hook is run for every commit, and most of them hold no migration
  const hushed = chosen.staged === true && format === 'stylish' && report.files.length + report.errors.length === 0;
  const text = hushed ? '' : await reporter(told, context);
  // as a filter: the text goes to standard output, what a person has to know elsewhere
  if (filtered) output.write(chosen.fixDryRun ? diffs : (report.files[0]?.text ?? ''));
  else if (file !== undefined) output.write(diffs);
  else output.write(text);
  output.flush();
  if (file === undefined) {
    if (filtered) process.stderr.write(text);
    // that for people says how long it took, where it took long
    return format === 'stylish' ? reporter({ ...told, totals: { ...told.totals, ms: 0 } }, context) : text;
  }
  const target = path.resolve(cwd, file);
  try {
    const { makeFolder, writeNamedFile } = await import('../files/write.ts');
    makeFolder(path.dirname(target));
    writeNamedFile(target, text);
  } catch (error) {
    throw new UsageError(`--output-file ${printable(file)} ${systemMessage(error)}`, { cause: error });
  }
  return text;
}

/** The totals stay: warnings are counted all the same. */
const withoutWarnings = (report: LintReport): LintReport => ({
  ...report,
  files: report.files.map((file) => ({
    ...file,
    findings: file.findings.filter(({ severity }) => severity === 'error'),
  })),
});

const withoutDiffs = (report: LintReport): LintReport => ({
  ...report,
  files: report.files.map(({ diff: _diff, text: _text, ...file }) => file),
});

type Chosen = Omit<LintOptions, 'cwd' | 'config'> & LintOutputOptions;

interface Configs {
  readonly loaded: LoadedConfig | undefined;
  readonly squawk: SquawkConfig | undefined;
  readonly preset: Preset;
}

/** What config files say, which is asked for anew in every run. */
async function configsOf(chosen: Chosen, cwd: string, config: string | boolean): Promise<Configs> {
  const loaded = config === false ? undefined : await loadConfig(cwd, typeof config === 'string' ? config : undefined);
  const preset = chosen.preset ?? loaded?.lint.preset ?? 'recommended';
  const squawk =
    preset === 'squawk' && config !== false ? (await import('./squawk-config.ts')).findSquawkConfig(cwd) : undefined;
  return { loaded, squawk, preset };
}

const cacheFolderOf = (cache: string | false | undefined, cwd: string): string | undefined =>
  cache === false ? undefined : cache === undefined ? defaultCacheFolder(cwd) : path.resolve(cwd, cache);

/** Forms that don't say how long it took, and of which nothing is written elsewhere. */
const LASTING: readonly Format[] = ['stylish', 'gcc', 'github', 'gitlab', 'codeclimate', 'sarif'];

/** @returns undefined where a run does more than tell, or depends on more than what lies on the disk */
async function outcomesOf(chosen: Chosen, cwd: string, { loaded, squawk }: Configs): Promise<Outcomes | undefined> {
  const { cache, cacheStrategy, format = 'stylish', staged, since, fix, fixDryRun, updateIgnores, watch: on } = chosen;
  const folder = cacheFolderOf(cache, cwd);
  const more = staged ?? since ?? fix ?? fixDryRun ?? updateIgnores ?? on ?? chosen.outputFile;
  if (folder === undefined || cacheStrategy === 'content' || more !== undefined || !LASTING.includes(format))
    return undefined;
  const { isTTY, columns } = process.stdout;
  const colors = colorsFor(process.stdout, chosen.color).isColorSupported;
  const places = ['GITHUB_WORKSPACE', 'CI_PROJECT_DIR'].map((name) => process.env[name]);
  const config = loaded && [loaded.options, loaded.lint, loaded.base, loaded.ignoreBase];
  const { outcomesIn } = await import('./outcome.ts');
  return outcomesIn(folder, cwd, [chosen, config, squawk, isTTY, columns, colors, places]);
}

/** Writes it as a whole and waits until it is gone, or nobody listens any more. */
async function ended(stream: NodeJS.WriteStream, bytes: Uint8Array): Promise<void> {
  if (stream.writable) await new Promise<void>((resolve) => stream.write(bytes, () => resolve()));
}

/** The options of the caller over those of the config file, over those of squawk's. */
async function resolved(
  chosen: Chosen,
  cwd: string,
  { loaded, squawk, preset }: Configs,
  source: Source,
): Promise<ResolvedLintOptions> {
  const { assertRules } = await import('./settings.ts');
  const own: LintConfig = loaded?.lint ?? {};
  const general = loaded?.options ?? {};
  const {
    rules: last = {},
    overrides: ownOverrides,
    cache,
    format: _f,
    outputFile: _o,
    quiet: _q,
    color: _c,
    watch: _w,
    preset: _p,
    ...given
  } = chosen;
  const { rules = {}, overrides = [], preset: _preset, ...inherited } = own;
  assertRules(last, source === commandLine ? '--rule' : source.title.replace(/: $/, ''));
  const where = loaded ? printable(loaded.source.title.replace(/: $/, '')) : '';
  for (const each of [rules, ...overrides.map((each) => each.rules)]) assertRules(each, where);
  for (const each of ownOverrides ?? []) assertRules(each.rules, source.title.replace(/: $/, ''));
  const base = realIfThere(loaded?.base ?? cwd);
  const merged = {
    ...(general.tool === undefined ? {} : { tool: general.tool }),
    ...(general.ignore === undefined ? {} : { ignore: general.ignore }),
    ...(general.paths === undefined || chosen.stdin
      ? {}
      : { paths: general.paths.map((each) => relativeInside(cwd, each)) }),
    ...(squawk?.ignore === undefined || general.ignore !== undefined ? {} : { ignore: squawk.ignore }),
    ...inherited,
    ...withoutUndefined(given),
  };
  return {
    ...merged,
    cwd,
    pgVersion: given.pgVersion ?? own.pgVersion ?? general.pgVersion ?? squawk?.pgVersion ?? PG_VERSIONS.default,
    ignoreBase: chosen.ignore ? cwd : own.ignore || general.ignore ? base : (squawk?.base ?? cwd),
    rules: {
      preset,
      rules: { ...squawk?.rules, ...rules },
      overrides: ownOverrides ?? overrides,
      base: ownOverrides ? realIfThere(cwd) : base,
      last,
    },
    assumeInTransaction: squawk?.assumeInTransaction ?? false,
    cacheFolder: cacheFolderOf(cache, cwd),
    called: calledOf(chosen, own, loaded, source),
  };
}

function calledOf(chosen: object, own: object, loaded: LoadedConfig | undefined, source: Source): Called {
  return (name) => {
    const from =
      !loaded || Object.hasOwn(chosen, name)
        ? source
        : Object.hasOwn(own, name)
          ? below(loaded.source, 'lint')
          : Object.hasOwn(loaded.options, name)
            ? loaded.source
            : source;
    return calledIn(from)(name);
  };
}

/**
 * A run is over before much of what the compilers would make better has paid for itself: simple code for the parser, and optimised code only for what is really hot, a fifth less time on 3,400 files. For the command only, since flags are
 * the process's.
 */
function compileSparingly(): void {
  compileParserSimply();
  // V8's own names change, and it complains of one that it does not know: only where it was measured
  if (process.versions.node.startsWith('20.')) v8.setFlagsFromString('--interrupt-budget=1000000');
}
