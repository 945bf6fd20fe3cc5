/** The default command: rewrites migrations. Core function, API and command line in one place. */
import fs from 'node:fs';
import path from 'node:path';
import {
  PG_VERSIONS,
  type Tool,
  decodeMigration,
  isMigrationFile,
  migrationFolderOf,
  toolByName,
  tools,
} from '@idempotify/core';
import type { Command } from 'commander';
import type { Staged } from '../changes.ts';
import { loadConfig } from '../config.ts';
import { readStdin } from './stdin.ts';
import { compileParserSimply, namedTool, onSignals, realIfThere, relativeInside, withoutUndefined } from './shared.ts';
import type { FolderSpec, Job, JobResult, Settings } from '../engine/protocol.ts';
import { createProcessor, failedResult, isFinding, loadHelpers } from '../engine/processor.ts';
import { runJobs } from '../engine/run.ts';
import { UsageError } from '../errors.ts';
import { type InputPlan, type Target, planInputs } from '../files/inputs.ts';
import { OutputFolder, WriteError, writeNamedFile } from '../files/write.ts';
import {
  BOOLEAN_OPTIONS,
  type Called,
  type ConfigOptions,
  type RewriteOptions,
  type Source,
  assertCompatible,
  calledIn,
  checkedOptions,
  commandLine,
  kebab,
  sourceOf,
} from '../options.ts';
import { type Output, outputTo } from '../output.ts';
import { jsonReporter } from '../reporters/json.ts';
import type { Reporter, Summary } from '../reporters/reporter.ts';
import { textReporter } from '../reporters/text.ts';
import {
  type FileReport,
  type LedgerReport,
  type Mode,
  type RewriteReport,
  type RunError,
  noCounts,
} from '../results.ts';
import { Tally } from '../tally.ts';
import { colorsFor, printable, progressLine } from '../terminal.ts';

export interface RunContext {
  /** Statements in the reports: all, or only those that a person has to look at. */
  readonly statements: 'all' | 'findings';
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Rewrites migrations and returns what was done. A file that can't be read or written, or a statement that can't be
 * rewritten, is part of the result.
 *
 * @throws UsageError for options that are wrong, contradict each other or find nothing to work on
 */
export async function rewrite(options: RewriteOptions = {}): Promise<RewriteReport> {
  const {
    cwd: _cwd,
    stdin: _stdin,
    config: _config,
    workers: _workers,
    signal: _signal,
    staged,
    ...checkable
  } = options;
  checkedOptions(withoutUndefined(checkable), sourceOf('rewrite()'));
  if (staged !== undefined && typeof staged !== 'boolean')
    throw new UsageError('rewrite(): "staged" must be true or false');
  const files: FileReport[] = [];
  const resolved = await resolveOptions(options);
  const collector: Reporter = {
    start: () => undefined,
    file: (report) => void files.push(report),
    error: () => undefined,
    end: () => undefined,
  };
  const summary = await runRewrite(resolved, collector, { statements: 'all' });
  return { ...summary, files };
}

/** Options after the config file has had its say. */
export interface ResolvedOptions extends Omit<RewriteOptions, 'config' | 'cwd'> {
  readonly cwd: string;
  readonly ignoreBase: string;
  readonly called: Called;
}

/** What a command line or an API call that chooses one of them leaves of the config file's choice: nothing. */
const MODE_OPTIONS = ['check', 'diff', 'outDir', 'force', 'checksumSql'] as const;

/**
 * Puts the options of the caller over those of the config file.
 *
 * @param source of the caller's options
 * @throws UsageError
 */
export async function resolveOptions<O extends RewriteOptions>(
  options: O,
  source: Source = sourceOf('rewrite()'),
): Promise<Omit<O, 'config' | 'cwd'> & ConfigOptions & ResolvedOptions> {
  const { config: wanted, ...given } = withoutUndefined<O>(options);
  const cwd = path.resolve(options.cwd ?? process.cwd());
  const loaded =
    wanted === undefined || wanted === false ? undefined : await loadConfig(cwd, wanted === true ? undefined : wanted);
  const inherited: Record<string, unknown> = { ...loaded?.options };
  if (given.stdin || MODE_OPTIONS.some((name) => given[name] !== undefined)) {
    for (const name of MODE_OPTIONS) delete inherited[name];
  }
  if (given.staged) for (const name of ['outDir', 'force', 'all']) delete inherited[name];
  if (given.stdin) delete inherited['paths'];
  else if (loaded?.options.paths) inherited['paths'] = loaded.options.paths.map((each) => relativeInside(cwd, each));
  const called: Called = (name) =>
    calledIn(loaded && Object.hasOwn(inherited, name) && !Object.hasOwn(given, name) ? loaded.source : source)(name);
  const ignoreBase = given.ignore ? cwd : (loaded?.ignoreBase ?? cwd);
  const merged = { ...inherited, ...given, cwd, ignoreBase, called } as Omit<O, 'config' | 'cwd'> &
    ConfigOptions &
    ResolvedOptions;
  assertCompatible(merged, called);
  return merged;
}

/**
 * Does the work. Reports go out while it goes on; nothing is kept of them.
 *
 * @throws UsageError
 */
export async function runRewrite(options: ResolvedOptions, reporter: Reporter, context: RunContext): Promise<Summary> {
  return options.stdin ? rewriteText(options, options.stdin, reporter) : new Run(options, reporter, context).run();
}

interface StagedInput {
  readonly changes: Staged;
  readonly targets: readonly Target[];
  readonly texts: NonNullable<Settings['texts']>;
}

class Run {
  readonly #options: ResolvedOptions;
  readonly #reporter: Reporter;
  readonly #context: RunContext;
  readonly #startedAt = performance.now();
  readonly #mode: Mode;
  readonly #tally = new Tally();
  /** Reports that come before the results of a folder. */
  readonly #prefaces = new Map<number, FileReport[]>();
  readonly #edited = new Map<number, { path: string; before: Uint8Array; after: Uint8Array }[]>();
  #plan!: InputPlan;
  #introduced = -1;

  constructor(options: ResolvedOptions, reporter: Reporter, context: RunContext) {
    this.#options = options;
    this.#reporter = reporter;
    this.#context = context;
    this.#mode = options.check ? 'check' : options.outDir !== undefined ? 'out-dir' : options.diff ? 'diff' : 'write';
  }

  async run(): Promise<Summary> {
    const options = this.#options;
    const tool = namedTool(options.tool, options.called);
    this.#plan = await planInputs({
      paths: options.paths ?? [],
      cwd: options.cwd,
      mayBeEmpty: options.staged === true,
      ...(options.outDir === undefined ? {} : { output: options.called('outDir') }),
      ...(tool ? { tool } : {}),
      ...(options.ignore && options.ignore.length > 0
        ? { ignore: { base: realIfThere(options.ignoreBase), patterns: options.ignore } }
        : {}),
    });
    const { errors } = this.#plan;
    const outDir = options.outDir === undefined ? undefined : this.#outputFolder(options.outDir);
    if (options.checksumSql !== undefined && options.checksumSql !== '-') this.#assertOutside(options.checksumSql);

    const staged = options.staged ? await this.#staged() : undefined;
    const { folders } = this.#plan;
    this.#reporter.start({
      mode: this.#mode,
      folders: folders.map(({ display, tool: { name, title }, files }) => ({
        path: display,
        tool: name,
        title,
        migrations: files.length,
      })),
    });
    for (const error of errors) this.#error(error);
    for (const { display, path: _path, ...other } of this.#plan.others) {
      const report: FileReport = { path: display, ...other, ...nothing };
      if (other.folder === undefined) this.#file(report);
      else this.#preface(other.folder, report);
    }

    const targets = staged?.targets ?? (await this.#withoutCommitted());
    const jobs = targets.map(({ folder, path: file, display, out }, id): Job => ({
      id,
      folder,
      path: file,
      display,
      ...(out === undefined ? {} : { out }),
    }));
    const output = outDir === undefined ? undefined : this.#fillOutput(outDir);
    const writes = this.#mode === 'write';
    const settings: Settings = {
      guard: options.guard ?? 'shape',
      pgVersion: options.pgVersion ?? PG_VERSIONS.default,
      folders: folders.map(({ root, tool: { name }, files }): FolderSpec => ({ root, tool: name, files })),
      statements: this.#context.statements,
      diff: options.diff === true,
      bytes: writes || options.checksumSql !== undefined,
      ...(staged ? { texts: staged.texts } : {}),
      ...(outDir === undefined ? {} : { outDir }),
    };
    const { onProgress } = this.#context;
    const restaged: { job: Job; result: JobResult }[] = [];
    try {
      await runJobs(
        {
          settings,
          jobs,
          inPlace: writes && !staged,
          bytes: totalBytes(targets),
          // what is staged is in this thread's hands already, and is never much
          ...(staged ? { workers: 0 } : options.workers === undefined ? {} : { workers: options.workers }),
          ...(options.signal ? { signal: options.signal } : {}),
          ...(onProgress ? { onProgress: (done) => onProgress(done, jobs.length) } : {}),
        },
        (job, result) => (staged ? restaged.push({ job, result }) : this.#result(job, result, output)),
      );
      if (staged) await this.#restage(staged, restaged, settings);
    } catch (error) {
      // the pool itself doesn't work; files that have their result keep it
      this.#error({ message: error instanceof Error ? error.message : String(error) });
    }
    this.#introduce(folders.length - 1);
    return this.#finish();
  }

  /** What is staged, and everything else as it would be committed with it. */
  async #staged(): Promise<StagedInput> {
    const [{ stagedChanges }, { asStaged }, { stagedTexts }] = await Promise.all([
      import('../changes.ts'),
      import('../files/staged.ts'),
      import('../restage.ts'),
    ]);
    const { cwd, called } = this.#options;
    const folders = this.#plan.folders.map(({ root }) => root);
    const changes = stagedChanges(folders.length > 0 ? folders : [cwd], called('staged'));
    const others = this.#plan.others.filter(({ path: file }) => changes.changed.has(file));
    this.#plan = { ...this.#plan, ...asStaged(this.#plan, changes), others };
    const targets = this.#plan.targets.filter(({ path: file }) => changes.entries.has(file));
    const texts = new Map(changes.contents);
    for (const [file, bytes] of stagedTexts(
      changes,
      targets.map((target) => target.path),
    ))
      texts.set(file, bytes);
    return { changes, targets, texts };
  }

  async #restage(
    { changes }: StagedInput,
    results: readonly { readonly job: Job; readonly result: JobResult }[],
    settings: Settings,
  ): Promise<void> {
    const { signal } = this.#options;
    if (signal?.aborted) return;
    let failures: ReadonlyMap<string, string> = new Map();
    if (this.#mode === 'write') {
      const { restage } = await import('../restage.ts');
      const { texts: _texts, ...onDisk } = settings;
      const processor = createProcessor({ ...onDisk, bytes: true }, await loadHelpers(onDisk));
      failures = await restage({
        files: results.flatMap(({ job, result: { after } }) => (after ? [{ path: job.path, after }] : [])),
        staged: changes,
        again: (file) => processor.process(results.find(({ job }) => job.path === file)!.job).after,
        ...(signal ? { signal } : {}),
      });
      if (signal?.aborted) return;
    }
    for (const { job, result } of results) {
      const failure = failures.get(job.path);
      this.#result(job, failure === undefined ? result : failedResult(job.id, failure), undefined);
    }
  }

  /** Leaves out what is committed and unchanged, unless it was asked for. */
  async #withoutCommitted(): Promise<readonly Target[]> {
    const { targets } = this.#plan;
    if (this.#options.all || this.#mode === 'out-dir') return targets;
    const questionable = targets.filter((target) => !target.named);
    if (questionable.length === 0) return targets;
    const { committedFiles } = await import('../git.ts');
    const { files, unknown } = await committedFiles(questionable.map((target) => target.path));
    for (const reason of new Set(unknown.values())) {
      const count = [...unknown.values()].filter((each) => each === reason).length;
      this.#error({
        message: `${count} file${count === 1 ? ' is' : 's are'} left alone, because it is not known whether they are committed: ${reason}. --all rewrites them anyway`,
      });
    }
    return targets.filter((target) => {
      if (target.named) return true;
      const reason = unknown.get(target.path);
      if (reason !== undefined) {
        const told = { status: 'ignored', reason: `it is not known whether it is committed: ${reason}` } as const;
        this.#preface(target.folder, { path: target.display, folder: target.folder, ...told, ...nothing });
        return false;
      }
      if (!files.has(target.path)) return true;
      this.#preface(target.folder, { path: target.display, folder: target.folder, status: 'committed', ...nothing });
      return false;
    });
  }

  #result(job: Job, { id: _id, before, after, ...result }: JobResult, output: OutputFolder | undefined): void {
    this.#introduce(job.folder);
    if (result.status === 'failed' && output && job.out !== undefined) {
      try {
        output.copy(job.path, job.out); // the tree is to be whole, and this file is as good as it was
      } catch {
        // unreadable, or no place: that is what the result says already
      }
    }
    if (before && after && this.#options.checksumSql !== undefined) {
      const entries = this.#edited.get(job.folder) ?? [];
      entries.push({ path: job.path, before, after });
      this.#edited.set(job.folder, entries);
    }
    this.#file({ path: job.display, folder: job.folder, ...result });
  }

  #finish(): Summary {
    const { folders } = this.#plan;
    const ledgers: LedgerReport[] = [];
    let sql = '';
    const changedFolders = this.#tally.changedFolders;
    for (const tool of new Set([...changedFolders].map((folder) => folders[folder]!.tool))) {
      const ledger = tool.ledger;
      let toolSql: string | undefined;
      if (this.#options.checksumSql !== undefined) {
        toolSql = '';
        for (const folder of changedFolders) {
          if (folders[folder]!.tool !== tool) continue;
          const statements = ledger?.sql(this.#edited.get(folder) ?? []) ?? '';
          toolSql += statements;
          sql += ledgerComment(tool, folders[folder]!.display, statements) + statements;
        }
      }
      ledgers.push({
        tool: tool.name,
        title: tool.title,
        edited: tool.edited,
        checksums: ledger !== undefined,
        ...(toolSql === undefined ? {} : { sql: toolSql }),
      });
    }
    const { checksumSql } = this.#options;
    if (checksumSql !== undefined && checksumSql !== '-') {
      try {
        writeNamedFile(path.resolve(this.#options.cwd, checksumSql), sql);
      } catch (error) {
        this.#error({ path: checksumSql, message: error instanceof WriteError ? error.message : String(error) });
      }
    }
    const summary = this.#tally.summary(
      this.#mode,
      folders.map(({ display, tool, files }) => ({
        path: display,
        tool: tool.name,
        title: tool.title,
        migrations: files.length,
      })),
      ledgers,
      this.#startedAt,
    );
    this.#reporter.end(summary);
    return summary;
  }

  /** @returns the absolute path. @throws UsageError when it would mix with the input or with other files */
  #outputFolder(given: string): string {
    const absolute = realIfThere(path.resolve(this.#options.cwd, given));
    const shown = `${this.#options.called('outDir')} ${printable(given)}`;
    const inside = (child: string, parent: string): boolean => {
      const relative = path.relative(parent, child);
      return !(relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative));
    };
    for (const root of this.#plan.roots) {
      if (inside(absolute, root))
        throw new UsageError(`${shown} lies in the input ${printable(root)}; choose a folder outside of it`);
      if (inside(root, absolute))
        throw new UsageError(`${shown} holds the input ${printable(root)}; choose another folder`);
    }
    if (fs.existsSync(absolute)) {
      if (!fs.statSync(absolute).isDirectory()) throw new UsageError(`${shown} is a file`);
      if (!this.#options.force && fs.readdirSync(absolute).length > 0) {
        throw new UsageError(
          `${shown} is not empty; ${this.#options.called('force')} writes into it and replaces files of the same name`,
        );
      }
    }
    return absolute;
  }

  /** The statements for the ledger must not become a migration themselves. */
  #assertOutside(given: string): void {
    const absolute = path.resolve(this.#options.cwd, given);
    const folder = realIfThere(path.dirname(absolute));
    for (const { root } of this.#plan.folders) {
      const relative = path.relative(root, path.join(folder, path.basename(absolute)));
      if (relative.startsWith('..') || path.isAbsolute(relative) || !isMigrationFile(relative)) continue;
      throw new UsageError(
        `${this.#options.called('checksumSql')} ${printable(given)} would lie in the migration folder ${printable(root)} and be taken for a migration; choose another place`,
      );
    }
  }

  /** Copies what is no migration. Migrations are written by those who rewrite them. */
  #fillOutput(outDir: string): OutputFolder | undefined {
    let output: OutputFolder;
    try {
      output = new OutputFolder(outDir);
    } catch (error) {
      throw new UsageError(
        `${this.#options.called('outDir')} ${printable(outDir)}: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
    const attempt = (display: string, run: () => void): void => {
      try {
        run();
      } catch (error) {
        const reason = `its copy ${error instanceof Error ? error.message : String(error)}`;
        this.#file({ path: display, status: 'failed', reason, ...nothing });
      }
    };
    for (const { source, out, display } of this.#plan.copies) attempt(display, () => output.copy(source, out));
    for (const { out, to, display } of this.#plan.links) attempt(display, () => output.link(out, to));
    return output;
  }

  #preface(folder: number, report: FileReport): void {
    const list = this.#prefaces.get(folder);
    if (list) list.push(report);
    else this.#prefaces.set(folder, [report]);
  }

  /** What is left alone in a folder is told before what is rewritten in it. */
  #introduce(folder: number): void {
    while (this.#introduced < folder) {
      this.#introduced++;
      for (const report of this.#prefaces.get(this.#introduced) ?? []) this.#file(report);
      this.#prefaces.delete(this.#introduced);
    }
  }

  #file(report: FileReport): void {
    this.#tally.file(report);
    this.#reporter.file(report);
  }

  #error(error: RunError): void {
    this.#tally.errors.push(error);
    this.#reporter.error(error);
  }
}

/** Rewrites one text that may or may not lie on the disk. */
async function rewriteText(
  options: ResolvedOptions,
  stdin: NonNullable<RewriteOptions['stdin']>,
  reporter: Reporter,
): Promise<Summary> {
  const startedAt = performance.now();
  const tally = new Tally();
  const tool = namedTool(options.tool, options.called);
  const display = stdin.path ?? '<stdin>';
  const located = path.resolve(options.cwd, stdin.path ?? 'stdin.sql');
  const decoded = decodeMigration(stdin.bytes);
  const original = (): string => Buffer.from(stdin.bytes).toString('utf8');
  const group =
    stdin.path === undefined
      ? undefined
      : migrationFolderOf(path.join(realIfThere(path.dirname(located)), path.basename(located)), tool);
  const chosen = group?.tool ?? tool ?? toolByName('sql')!;
  const folder = {
    path: group ? path.dirname(display) : '',
    tool: chosen.name,
    title: chosen.title,
    migrations: group?.up.length ?? 0,
  };
  reporter.start({ mode: 'stdin', folders: [folder] });
  const report = (file: FileReport): Summary => {
    tally.file(file);
    reporter.file(file);
    const summary = tally.summary(options.check ? 'check' : 'stdin', [folder], [], startedAt);
    reporter.end(summary);
    return summary;
  };
  if (decoded.kind === 'broken') {
    return report({ path: display, status: 'broken', ...nothing, problems: [decoded.problem], text: original() });
  }
  const files = (group?.up ?? []).map((name) => path.join(group!.root, name));
  const job: Job = {
    id: 0,
    folder: 0,
    path: group ? path.join(realIfThere(path.dirname(located)), path.basename(located)) : located,
    display,
  };
  const ignored = group?.ignored.find((each) => path.join(group.root, each.path) === job.path);
  if (ignored)
    return report({ path: display, status: 'ignored', reason: ignored.reason, ...nothing, text: decoded.text });

  const settings: Settings = {
    guard: options.guard ?? 'shape',
    pgVersion: options.pgVersion ?? PG_VERSIONS.default,
    folders: [{ root: group?.root ?? options.cwd, tool: chosen.name, files }],
    statements: 'all',
    diff: options.diff === true,
    bytes: false,
  };
  const {
    id: _id,
    before: _before,
    after: _after,
    ...result
  } = createProcessor(settings, await loadHelpers(settings)).processText(job, decoded.text);
  return report({ path: display, folder: 0, ...result });
}

const nothing = { counts: noCounts(), statements: [], problems: [], notes: [] } as const;

function ledgerComment(tool: Tool, folder: string, statements: string): string {
  const about = `-- ${printable(tool.title)}, ${printable(folder)}: `;
  if (!tool.ledger) return `${about}keeps no checksums, so there is nothing to bring in line.\n`;
  const note = printable(tool.ledger.note);
  return `${about}${statements === '' ? 'nothing to bring in line.' : `brings the checksums in line with the rewritten files. ${note}`}\n`;
}

/** More than this is enough for workers anyway. */
const MEASURED_FILES = 200;

function totalBytes(targets: readonly Target[]): number {
  if (targets.length > MEASURED_FILES) return Infinity;
  let bytes = 0;
  for (const { path: file } of targets) bytes += fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  return bytes;
}

const EXAMPLES = `
Examples:
  $ idempotify migrations/                       rewrite new and changed migrations in place
  $ idempotify --check migrations/               for CI: exit code 1 if anything would change
  $ idempotify --staged                          in a pre-commit hook: rewrite what is about to be committed
  $ idempotify --diff prisma/migrations          show what would change
  $ idempotify migrations/ --out-dir rewritten   write the whole rewritten folder elsewhere
  $ idempotify --all --checksum-sql ledger.sql migrations/
                                                 rewrite applied migrations too, and write the
                                                 statements that bring the tool's checksums in line
  $ idempotify --stdin --stdin-filepath migrations/002_add.sql < migrations/002_add.sql

Other commands, each with a --help of its own:
  idempotify baseline    write the schema of a database as its first migration
  idempotify lint        find what goes wrong with migrations before they are run
  idempotify explain     what a rule of lint is about
  idempotify init        set up config, commit hook, ESLint and CI for a project
  idempotify verify      prove on a real PostgreSQL that migrations can be run again

Exit codes:
  0  everything is fine
  1  findings: --check would change something, or a statement is refused or can not be read
  2  wrong use, or a file could not be read or written`;

type CommandOptions = ConfigOptions & {
  config?: string | boolean;
  staged?: boolean;
  stdin?: boolean;
  stdinFilepath?: string;
};

/**
 * The command for the command line.
 *
 * @param create makes an empty command; handed in so that users of the API load no argument parser
 * @param done is given the exit code
 */
export function rewriteCommand(create: () => Command, done: (exitCode: number) => void): Command {
  const integer = (value: string): number => (/^\d+$/.test(value) ? Number(value) : NaN);
  const command = create()
    .description(
      'Rewrites the PostgreSQL migrations of a folder so that they can be run again after a run that stopped anywhere.\n' +
        'Files that are committed and unchanged count as applied and are left alone, unless they are named themselves.',
    )
    .argument('[paths...]', 'folders, files and globs; without any, the usual places are looked at')
    .option('--check', 'write nothing; exit code 1 if anything would change')
    .option('--diff', 'show the changes as a unified diff; write nothing, unless --out-dir says where')
    .option('--out-dir <dir>', 'write the whole rewritten tree there and leave the input alone')
    .option('--force', '--out-dir may hold files already; those of the same name are replaced')
    .option('--all', 'also rewrite files that are committed and unchanged')
    .option('--staged', 'only files that are staged in git, as they are staged; the result is staged again')
    .option('--ignore <glob...>', 'leave these files alone')
    .option(
      '--guard <kind>',
      'what a guard does when the object is there: "shape" makes sure that it is the same, "name" asks no further (default: "shape")',
    )
    .option(
      '--pg-version <major>',
      `the oldest PostgreSQL that the migrations have to run on, ${PG_VERSIONS.oldest} to ${PG_VERSIONS.newest} (default: ${PG_VERSIONS.default})`,
      integer,
    )
    .option(
      '--tool <name>',
      `the migration tool, instead of recognising it: ${tools.map((tool) => tool.name).join(', ')}`,
    )
    .option(
      '--checksum-sql <file>',
      "write the statements that bring the tool's checksums in line with the rewritten files; - is standard output",
    )
    .option('--stdin', 'rewrite standard input to standard output')
    .option(
      '--stdin-filepath <path>',
      'the file that standard input stands for: tells the tool and the earlier migrations',
    )
    .option('--json', 'the report as one JSON document')
    .option('--quiet', 'report only refusals, errors and the total')
    .option('--config <file>', 'the config file, instead of looking for one')
    .option('--no-config', 'use no config file')
    .option('--color', 'colours, also when the output is no terminal')
    .option('--no-color', 'no colours')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', EXAMPLES)
    .configureHelp({ commandUsage: () => 'idempotify [rewrite] [options] [paths...]' });
  // the command line has the last word over the config file, also to say no
  for (const name of BOOLEAN_OPTIONS) {
    if (name !== 'color') command.addOption(command.createOption(`--no-${kebab(name)}`).hideHelp());
  }
  return command.action(async (paths: string[], _options, self: Command) => {
    const given: CommandOptions = Object.fromEntries(
      Object.entries(self.opts<CommandOptions>()).filter(([name]) => self.getOptionValueSource(name) === 'cli'),
    );
    done(await runCommand(paths, given));
  });
}

async function runCommand(paths: readonly string[], given: CommandOptions): Promise<number> {
  const { config, stdin, stdinFilepath, staged, ...chosen } = given;
  checkedOptions(chosen, commandLine);
  if (stdinFilepath === '') throw new UsageError('--stdin-filepath needs the name of a file');
  if (stdinFilepath !== undefined && !stdin) throw new UsageError('--stdin-filepath needs --stdin');
  compileParserSimply();
  const interruption = new AbortController();
  const options = await resolveOptions(
    {
      ...chosen,
      ...(paths.length > 0 ? { paths } : {}),
      config: config ?? true,
      staged,
      // contradictions are told before anything is read
      ...(stdin ? { stdin: { bytes: new Uint8Array(), path: stdinFilepath } } : {}),
      signal: interruption.signal,
    },
    commandLine,
  );
  const startedAt = performance.now();
  const { json, quiet, color } = options;
  const textOnStdout = !json && !stdin && options.checksumSql !== '-';
  const reportStream = json || textOnStdout ? process.stdout : process.stderr;
  const progress = progressLine(process.stderr, startedAt);
  const clear = (): void => progress.clear();
  const output = outputTo(process.stdout, clear);
  const errors = outputTo(process.stderr, clear);
  const report = reportStream === process.stdout ? output : errors;
  const reporter = json
    ? jsonReporter(report.write)
    : textReporter({
        write: report.write,
        writeError(text) {
          report.flush(); // what was told before comes before
          errors.write(text);
          errors.flush();
        },
        colors: colorsFor(reportStream, color),
        quiet: quiet ?? false,
        bare: stdin ?? false,
        hushed: staged ?? false,
        terminal: reportStream.isTTY,
      });
  const release = onSignals(interruption);
  let summary: Summary;
  try {
    if (stdin) {
      const bytes = await readStdin();
      summary = await runRewrite(
        { ...options, stdin: { bytes, path: stdinFilepath } },
        json ? reporter : filter(reporter, bytes, options, output),
        { statements: 'all' },
      );
    } else {
      summary = await runRewrite(options, reporter, {
        statements: json ? 'all' : 'findings',
        onProgress: progress.update,
      });
    }
  } finally {
    progress.clear();
    errors.flush();
    output.flush();
  }
  if (options.checksumSql === '-') output.write(summary.ledgers.map((ledger) => ledger.sql ?? '').join(''));
  output.flush();
  const signal = release();
  if (signal === undefined) return summary.exitCode;
  const written =
    summary.mode === 'write' ? `: ${summary.totals.files.changed} rewritten, the others are as they were` : '';
  process.stderr.write(`interrupted${written}\n`);
  return 128 + signal;
}

/** As a filter: the text goes to standard output, what a person has to know to standard error. */
function filter(reporter: Reporter, bytes: Uint8Array, { check, diff }: ConfigOptions, output: Output): Reporter {
  return {
    ...reporter,
    file(report) {
      const { diff: changes, ...rest } = report;
      reporter.file({ ...rest, statements: rest.statements.filter(isFinding) });
      if (diff) output.write(changes ?? '');
      else if (check) return;
      else if (report.status === 'changed') output.write(report.text ?? '');
      else output.writeBytes(bytes); // also what is no text at all
    },
  };
}
