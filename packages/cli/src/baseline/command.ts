/** `baseline` as command. */
import path from 'node:path';
import { toolByName } from '@idempotify/core';
import { onSignals, relativeInside, withoutUndefined } from '../commands/shared.ts';
import { loadConfig } from '../config.ts';
import { type Source, below, calledIn, commandLine, sourceOf } from '../options.ts';
import { outputTo } from '../output.ts';
import { colorsFor, printable, progressLine } from '../terminal.ts';
import { historyText } from './history-text.ts';
import {
  type BaselineCommandOptions,
  type BaselineOutputOptions,
  type BaselineRunOptions,
  checkedBaselineOptions,
} from './options.ts';
import { type BaselineReport, baselineText } from './report.ts';
import { type BaselineOutcome, type ResolvedBaselineOptions, runBaseline } from './run.ts';

/**
 * Reads a database or a dump and writes, proves or marks, as the options say.
 *
 * @returns the report; `sql` is what the command would write to standard output, with `output: '-'` or `printLedgerSql`
 * @throws UsageError for options that are wrong, and when the database, the disk or the folder ends the run
 */
export async function baseline(
  options: BaselineRunOptions & { readonly signal?: AbortSignal | undefined },
): Promise<BaselineReport & { readonly sql?: string }> {
  const { cwd, signal, ...checkable } = options;
  const source = sourceOf('baseline()');
  const checked = checkedBaselineOptions(withoutUndefined(checkable), source);
  const { report, print } = await runBaseline({
    ...checked,
    cwd: path.resolve(cwd ?? process.cwd()),
    called: calledIn(source),
    ...(signal ? { signal } : {}),
  });
  return { ...report, ...(print === undefined ? {} : { sql: print }) };
}

/** @returns the exit code. @throws UsageError */
export async function runBaselineCommand(folder: string | undefined, given: BaselineCommandOptions): Promise<number> {
  const { config, ...rest } = given;
  const cwd = process.cwd();
  const chosen = checkedBaselineOptions({ ...rest, ...(folder === undefined ? {} : { folder }) }, commandLine);
  const { json, quiet, verbose, color, ...options } = await resolved(chosen, cwd, config);
  const progress = progressLine(process.stderr, performance.now(), (done, total) =>
    total > 0 ? `${done} of ${total} migrations …` : `reading the database, ${done} queries …`,
  );
  const interruption = new AbortController();
  const release = onSignals(interruption);
  let outcome: BaselineOutcome;
  try {
    outcome = await runBaseline({ ...options, signal: interruption.signal, progress: progress.update });
  } catch (error) {
    if (!interruption.signal.aborted) throw error;
    progress.clear();
    process.stderr.write('interrupted\n');
    const signal = release();
    return signal === undefined ? 2 : 128 + signal;
  } finally {
    progress.clear();
    release();
  }
  const { report, print } = outcome;
  const stdout = outputTo(process.stdout);
  // SQL goes alone, so that it can be redirected; what a person has to know then goes elsewhere
  const stream = print === undefined ? process.stdout : process.stderr;
  const told = print === undefined ? stdout : outputTo(process.stderr);
  if (print !== undefined) stdout.write(print);
  const colors = colorsFor(stream, color);
  if (json) told.write(`${JSON.stringify(report, null, 2)}\n`);
  else {
    if (report.history) told.write(historyText(report.history, colors));
    const shown = { quiet: quiet === true, verbose: verbose === true, dryRun: options.dryRun === true };
    told.write(baselineText(report, { ...shown, next: nextSteps(report, options) }, colors));
  }
  stdout.flush();
  told.flush();
  return report.exitCode;
}

/** What a person does now. */
function nextSteps(report: BaselineReport, options: ResolvedBaselineOptions): string[] {
  const [first] = report.files;
  if (!first || report.exitCode !== 0 || options.dryRun || report.mark || options.printLedgerSql) return [];
  const file = printable(first.path);
  const here = options.cwd;
  if (options.split !== undefined || options.output !== undefined) {
    if (options.output === '-') return [];
    return [
      `look at ${file}`,
      // all.sql says itself that the first error ends it
      `psql --single-transaction ${options.split === undefined ? '-v ON_ERROR_STOP=1 ' : ''}--file ${quoted(first.path)} postgres://…   runs it on a database`,
    ];
  }
  const { tool } = report;
  if (tool === undefined || !toolByName(tool.name)?.baseline?.ledger)
    return [
      `look at ${file}`,
      `psql --single-transaction -v ON_ERROR_STOP=1 --file ${quoted(first.path)} postgres://…   runs it on a database`,
    ];
  const url = options.url === undefined && options.fromDump === undefined ? '' : ' --url …';
  const folder =
    options.folder === undefined ? '' : ` ${quoted(relativeInside(here, path.resolve(here, options.folder)))}`;
  return [
    `look at ${file}`,
    `idempotify baseline${folder}${url} --mark-applied   tells ${tool.title} that this database has it already`,
  ];
}

const quoted = (text: string): string => (/^[\w./@:-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

/** The options of the command line over those of the config file. */
async function resolved(
  chosen: Omit<BaselineRunOptions, 'cwd'> & BaselineOutputOptions,
  cwd: string,
  config: string | boolean | undefined,
): Promise<ResolvedBaselineOptions & BaselineOutputOptions> {
  const loaded = config === false ? undefined : await loadConfig(cwd, typeof config === 'string' ? config : undefined);
  const { baseline: own = {}, options: { tool, paths } = {} } = loaded ?? {};
  const sourceOfOption = (name: string): Source => {
    if (!loaded || Object.hasOwn(chosen, name)) return commandLine;
    if (Object.hasOwn(own, name)) return below(loaded.source, 'baseline');
    return Object.hasOwn(loaded.options, name) ? loaded.source : commandLine;
  };
  const placed = chosen.output === undefined && chosen.split === undefined && chosen.history === undefined;
  // a single folder of the other commands is meant here, too
  const [folder, ...more] = paths ?? [];
  const { folder: ownFolder, name, variant, ...always } = own;
  return {
    ...(tool === undefined || chosen.output !== undefined || chosen.split !== undefined ? {} : { tool }),
    ...(placed && folder !== undefined && more.length === 0 ? { folder } : {}),
    ...always,
    // they are about the file of a migration
    ...(placed && ownFolder !== undefined ? { folder: ownFolder } : {}),
    ...(placed && name !== undefined ? { name } : {}),
    ...(placed && variant !== undefined ? { variant } : {}),
    ...chosen,
    cwd,
    called: (option) => calledIn(sourceOfOption(option))(option),
  };
}
