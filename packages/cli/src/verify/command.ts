/** `verify` as API and as command. */
import fs from 'node:fs';
import path from 'node:path';
import { onSignals, realIfThere, relativeInside, withoutUndefined } from '../commands/shared.ts';
import { loadConfig } from '../config.ts';
import { systemMessage } from '@idempotify/core';
import { UsageError } from '../errors.ts';
import { makeFolder, writeNamedFile } from '../files/write.ts';
import { type Source, below, calledIn, commandLine, sourceOf } from '../options.ts';
import { outputTo } from '../output.ts';
import { colorsFor, printable, progressLine } from '../terminal.ts';
import { mergeReports } from './merge.ts';
import { type VerifyCommandOptions, type VerifyOptions, assertMergeable, checkedVerifyOptions } from './options.ts';
import type { VerifyReport } from './report.ts';
import { folderHeading, migrationLine, verifyHtml, verifyJson, verifyJunit, verifySummary } from './reporters/index.ts';
import { type ResolvedVerifyOptions, type VerifyListener, runVerify } from './run.ts';

const deaf: VerifyListener = { folder: () => undefined, migration: () => undefined, progress: () => undefined };

/**
 * Proves migrations and returns what came of it. What fails, and what can't be proven, is part of the result.
 *
 * @throws UsageError for options that are wrong, contradict each other or find nothing to work on, and when there is no server
 */
export async function verify(options: VerifyOptions = {}): Promise<VerifyReport> {
  const { cwd: given, signal, ...checkable } = options;
  const source = sourceOf('verify()');
  const checked = checkedVerifyOptions(withoutUndefined(checkable), source);
  const cwd = path.resolve(given ?? process.cwd());
  if (checked.merge) return mergeReports(checked.paths ?? [], cwd, checked.allowUnproven === true);
  return runVerify(
    { ...checked, cwd, ignoreBase: realIfThere(cwd), called: calledIn(source), ...(signal ? { signal } : {}) },
    deaf,
  );
}

/** @returns the exit code. @throws UsageError */
export async function runVerifyCommand(paths: readonly string[], given: VerifyCommandOptions): Promise<number> {
  const { config, cacheDir, cache, ...rest } = given;
  const cwd = process.cwd();
  const chosen = checkedVerifyOptions(
    {
      ...rest,
      ...(paths.length > 0 ? { paths } : {}),
      ...(cache === false ? { cache: false } : cacheDir === undefined ? {} : { cache: cacheDir }),
    },
    commandLine,
  );
  // it is not read then
  if (chosen.merge) assertMergeable({ config }, calledIn(commandLine));
  const startedAt = performance.now();
  const progress = progressLine(process.stderr, startedAt);
  const output = outputTo(process.stdout, () => progress.clear());
  const { json, junit, html, quiet } = chosen;
  const colors = colorsFor(process.stdout, chosen.color);
  const write = (text: string): void => {
    if (!json) output.write(text);
  };
  // what can't be written shall not come out after minutes of work
  for (const [option, file] of [
    ['--junit', junit],
    ['--html', html],
  ] as const) {
    if (file !== undefined) makeFolderOf(option, path.resolve(cwd, file));
  }
  let report: VerifyReport;
  if (chosen.merge) report = await mergeReports(chosen.paths ?? [], cwd, chosen.allowUnproven === true);
  else {
    const interruption = new AbortController();
    const release = onSignals(interruption);
    try {
      const options = await resolved(chosen, cwd, config);
      report = await runVerify(
        { ...options, signal: interruption.signal },
        {
          folder: (folder) => write(folderHeading(folder, colors)),
          migration: (migration) => {
            const fine = migration.status === 'proven' || migration.status === 'elsewhere';
            if (quiet && fine) return;
            write(migrationLine(migration, colors));
            // minutes may pass until the next one, and a log shall show what has come out so far
            output.flush();
          },
          progress: progress.update,
        },
      );
    } finally {
      progress.clear();
      output.flush();
      release();
    }
  }
  write(verifySummary(report, colors));
  if (json) output.write(verifyJson(report));
  output.flush();
  if (junit !== undefined) writeReport('--junit', path.resolve(cwd, junit), await verifyJunit(report));
  if (html !== undefined) writeReport('--html', path.resolve(cwd, html), verifyHtml(report));
  return report.exitCode;
}

/** @throws UsageError */
function makeFolderOf(option: string, file: string): void {
  try {
    makeFolder(path.dirname(file));
  } catch (error) {
    throw new UsageError(`${option} ${printable(file)}: ${systemMessage(error)}`, { cause: error });
  }
  if (fs.statSync(file, { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(`${option} ${printable(file)} is a folder`);
}

/** @throws UsageError */
function writeReport(option: string, file: string, text: string): void {
  try {
    writeNamedFile(file, text);
  } catch (error) {
    throw new UsageError(`${option} ${printable(file)} ${systemMessage(error)}`, { cause: error });
  }
}

/** The options of the command line over those of the config file. */
async function resolved(
  chosen: VerifyOptions,
  cwd: string,
  config: string | boolean | undefined,
): Promise<ResolvedVerifyOptions> {
  const loaded = config === false ? undefined : await loadConfig(cwd, typeof config === 'string' ? config : undefined);
  const { verify: own = {}, options: { tool, ignore, paths } = {}, ignoreBase } = loaded ?? {};
  const sourceOfOption = (name: string): Source => {
    if (!loaded || Object.hasOwn(chosen, name)) return commandLine;
    if (Object.hasOwn(own, name)) return below(loaded.source, 'verify');
    return Object.hasOwn(loaded.options, name) ? loaded.source : commandLine;
  };
  // a server that is to be spared must not be given free by a file that is about another
  const { disposableServer, ...others } = own;
  return {
    ...(tool === undefined ? {} : { tool }),
    ...(ignore === undefined ? {} : { ignore }),
    ...(paths === undefined ? {} : { paths: paths.map((each) => relativeInside(cwd, each)) }),
    ...others,
    ...(disposableServer !== undefined && chosen.url !== undefined ? { disposableServer } : {}),
    ...chosen,
    cwd,
    ignoreBase: chosen.ignore || ignoreBase === undefined ? cwd : ignoreBase,
    called: (name) => calledIn(sourceOfOption(name))(name),
  };
}
