/** A run of the linter: which files, what is found in them, what of that is told. */
import fs from 'node:fs';
import path from 'node:path';
import {
  disk,
  editedFiles,
  type FileLint,
  type Finding,
  type FolderView,
  type HistoryFile,
  type HistoryFinding,
  type LintHistory,
  type Replay,
  type RuleSet,
  type Severity,
  type Tool,
  lintDeploy,
  lintHistory,
  placeFinding,
  readHashDirectives,
  replay,
  suppress,
  toolByName,
  folderAt,
  migrationFolderOf,
  decodeMigration,
  listFolder,
} from '@idempotify/core';
import { knownNames, ruleSet, rules as allRules } from '@idempotify/rules';
import { namedTool, realIfThere, relativeInside } from '../commands/shared.ts';
import { type InputPlan, type Target, planInputs } from '../files/inputs.ts';
import { asStaged } from '../files/staged.ts';
import type { Called } from '../options.ts';
import type { RunError } from '../results.ts';
import type { Changes, Staged } from '../changes.ts';
import { type LintCache, cacheFileOf, openCache } from './cache.ts';
import type { OnEdited } from './outcome.ts';
import { WorkersAhead, lintAll } from './engine.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { KnownFindings } from './ignores.ts';
import { Linter } from './linter.ts';
import type { LintOptions } from './options.ts';
import {
  type LintFolder,
  type LintJob,
  type LintSettings,
  type PackedLint,
  liveLint,
  renumbered,
  unpack,
  unpackFacts,
} from './protocol.ts';
import { LINT_VERSION, type KnownReport, type LintFileReport, type LintFinding, type LintReport } from './report.ts';
import { type RuleChoice, chooseRules } from './settings.ts';

/** Options after the config files have had their say. */
export interface ResolvedLintOptions extends Omit<
  LintOptions,
  'config' | 'cwd' | 'preset' | 'rules' | 'overrides' | 'cache'
> {
  readonly cwd: string;
  readonly ignoreBase: string;
  readonly pgVersion: number;
  readonly rules: Parameters<typeof chooseRules>[0];
  readonly assumeInTransaction: boolean;
  /** The folder of the cache; undefined = none. */
  readonly cacheFolder: string | undefined;
  readonly called: Called;
  readonly signal?: AbortSignal | undefined;
  readonly onEdited?: OnEdited | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** @throws UsageError */
export function runLint(options: ResolvedLintOptions): Promise<LintReport> {
  return new Run(options).run();
}

/** A file whose findings are told. */
interface Subject {
  readonly job: LintJob;
  readonly target: Target;
}

class Run {
  readonly #options: ResolvedLintOptions;
  readonly #startedAt = performance.now();
  readonly #choice: RuleChoice;
  readonly #errors: RunError[] = [];
  readonly #sets = new Map<number, RuleSet>();
  readonly #texts = new Map<string, Uint8Array>();
  /** Of files that were corrected. */
  readonly #decoded = new Map<string, string>();
  /** Several findings of one file follow each other. */
  #last: { readonly file: string; readonly text: string } | undefined;
  #known: KnownFindings | undefined;
  #plan!: InputPlan;
  #ahead: WorkersAhead | undefined;
  #linter!: Linter;

  constructor(options: ResolvedLintOptions) {
    this.#options = options;
    this.#choice = chooseRules(options.rules);
  }

  async run(): Promise<LintReport> {
    this.#ahead = this.#manyFiles() ? new WorkersAhead() : undefined;
    try {
      return await this.#run();
    } finally {
      this.#ahead?.end();
    }
  }

  /** Is it likely that there is work for more than this thread? */
  #manyFiles(): boolean {
    const { stdin, staged, since, workers, paths = [], cwd, cacheFolder } = this.#options;
    if (stdin || staged || since !== undefined || workers !== undefined) return false;
    if (cacheFolder !== undefined && fs.existsSync(cacheFileOf(cacheFolder, cwd))) return false;
    return paths.some((each) => fs.statSync(path.resolve(cwd, each), { throwIfNoEntry: false })?.isDirectory());
  }

  async #run(): Promise<LintReport> {
    const options = this.#options;
    const { stdin } = options;
    await this.#openKnown();
    this.#plan = stdin ? this.#planOfText(stdin) : await this.#planOfFiles();
    this.#errors.push(...this.#plan.errors);
    const changes = await this.#changes();
    const staged = changes && 'absent' in changes ? changes : undefined;
    const { folders, targets } = this.#withStaged(staged);
    const wanted = changes ? targets.filter((target) => changes.changed.has(target.path)) : targets;

    const history = options.history !== false;
    const needed = new Set(wanted.map((target) => target.folder));
    const jobs: LintJob[] = [];
    const jobOf = new Map<string, LintJob>();
    const add = (folder: number, file: string): LintJob => {
      let job = jobOf.get(file);
      if (!job) {
        job = { id: jobs.length, folder, path: file, spec: this.#choice.specOf(file) };
        jobs.push(job);
        jobOf.set(file, job);
      }
      return job;
    };
    // the history is looked at as a whole, whatever of it is asked for
    if (history)
      folders.forEach(({ files }, folder) => needed.has(folder) && files.forEach((file) => add(folder, file)));
    const subjects = wanted.map((target): Subject => ({ job: add(target.folder, target.path), target }));

    const settings: LintSettings = {
      pgVersion: options.pgVersion,
      assumeInTransaction: options.assumeInTransaction,
      specs: this.#choice.specs,
      folders,
      texts: this.#texts,
    };
    this.#linter = await Linter.of(settings);
    const hasHistoryRules =
      history &&
      [...this.#choice.specs.keys()].some((spec) => [...this.#set(spec).keys()].some(({ kind }) => kind === 'history'));
    const edited = changes
      ? Promise.resolve(changes.edited)
      : hasHistoryRules && jobs.length > 0 && !stdin
        ? this.#edited(folders.filter((_, index) => needed.has(index)).map(({ root }) => root))
        : Promise.resolve<ReadonlySet<string>>(new Set());
    const results = await this.#lint(settings, jobs);
    const lints = new Map<string, FileLint | { readonly failed: string }>();
    for (const { job } of subjects) {
      const result = results[job.id];
      if (!result) continue;
      lints.set(job.path, result.failed === undefined ? { ...unpack(result), facts: [] } : { failed: result.failed });
    }

    const corrected =
      options.fix || options.fixDryRun ? await this.#fix(subjects, lints, results) : new Map<string, Corrected>();
    const byHistory = hasHistoryRules
      ? this.#history(folders, needed, jobs, results, subjects, await edited, changes?.changed)
      : { files: new Map<string, readonly Finding[]>(), others: new Map<string, LintFileReport>() };
    const files: LintFileReport[] = [];
    for (const { job, target } of subjects) {
      const lint = lints.get(job.path);
      if (!lint) continue; // interrupted
      const correction = corrected.get(job.path);
      files.push(
        'failed' in lint
          ? { path: target.display, findings: [], error: lint.failed }
          : {
              path: target.display,
              findings: this.#judged(job, lint, byHistory.files.get(job.path) ?? [], history),
              ...correction,
            },
      );
    }
    files.push(...byHistory.others.values());
    if (options.deploy !== false && !stdin) files.push(...(await this.#deploy(changes, targets)));
    for (const { display, status, reason } of this.#plan.others)
      if (status === 'failed') files.push({ path: display, findings: [], error: reason });
    const known = this.#updateKnown();
    return this.#report(files, known);
  }

  async #edited(roots: readonly string[]): Promise<ReadonlySet<string>> {
    const edited = await editedFiles(roots);
    this.#options.onEdited?.(roots, edited);
    return edited;
  }

  async #planOfFiles(): Promise<InputPlan> {
    const options = this.#options;
    const tool = namedTool(options.tool, options.called);
    return planInputs({
      paths: options.paths ?? [],
      cwd: options.cwd,
      mayBeEmpty: options.staged === true,
      ...(tool ? { tool } : {}),
      ...(options.ignore && options.ignore.length > 0
        ? { ignore: { base: realIfThere(options.ignoreBase), patterns: options.ignore } }
        : {}),
    });
  }

  /** A text that may or may not lie on the disk: the file that it stands for has it as its content. */
  #planOfText(stdin: NonNullable<LintOptions['stdin']>): InputPlan {
    const { cwd } = this.#options;
    const tool = namedTool(this.#options.tool, this.#options.called);
    const display = stdin.path ?? '<stdin>';
    const given = path.resolve(cwd, stdin.path ?? 'stdin.sql');
    const located = path.join(realIfThere(path.dirname(given)), path.basename(given));
    this.#texts.set(located, stdin.bytes);
    const group = stdin.path === undefined ? undefined : migrationFolderOf(located, tool);
    const named: Tool = group?.tool ?? tool ?? toolByName('sql')!;
    const root = group?.root ?? cwd;
    const files = group?.up.map((name) => path.join(group.root, name)) ?? [located];
    const ignored = group?.ignored.find((each) => path.join(group.root, each.path) === located);
    return {
      folders: [{ root, display: path.dirname(display), tool: named, files }],
      targets: ignored ? [] : [{ folder: 0, path: located, display, named: true }],
      others: ignored ? [{ path: located, display, status: 'ignored', reason: ignored.reason }] : [],
      errors: [],
      roots: [located],
      listings: new Map(),
      copies: [],
      links: [],
    };
  }

  /** What has changed, where only that is asked for. */
  async #changes(): Promise<Changes | Staged | undefined> {
    const { since, staged, called } = this.#options;
    if (since === undefined && !staged) return undefined;
    const { changedSince, stagedChanges } = await import('../changes.ts');
    const folders = this.#plan.folders.map(({ root }) => root);
    const asked = folders.length > 0 ? folders : [...this.#plan.roots, this.#options.cwd];
    return since === undefined ? stagedChanges(asked, called('staged')) : changedSince(asked, since, called('since'));
  }

  /** The folders as they are in git's index. */
  #withStaged(staged: Staged | undefined): { folders: readonly LintFolder[]; targets: readonly Target[] } {
    if (staged) for (const [file, bytes] of staged.contents) this.#texts.set(file, bytes);
    const { folders, targets } = staged ? asStaged(this.#plan, staged) : this.#plan;
    return { folders: folders.map(({ root, tool, files }) => ({ root, tool: tool.name, files })), targets };
  }

  async #lint(settings: LintSettings, jobs: readonly LintJob[]): Promise<(PackedLint | undefined)[]> {
    const { cacheFolder, cacheStrategy, cwd, workers, signal, onProgress } = this.#options;
    const cache: LintCache | undefined =
      cacheFolder === undefined ? undefined : openCache(cacheFolder, cwd, settings, cacheStrategy === 'content');
    const results = cache?.known(jobs) ?? [];
    const open = jobs.filter((job) => !results[job.id]);
    if (open.length > 0) {
      const inOrder = open.map((job, id) => ({ ...job, id }));
      const done = await lintAll({
        settings,
        jobs: inOrder,
        workers,
        signal,
        ahead: this.#ahead,
        onProgress: onProgress && ((count) => onProgress(jobs.length - open.length + count, jobs.length)),
      });
      open.forEach((job, index) => {
        const result = done[index];
        if (result) results[job.id] = renumbered(result, job.id);
      });
    }
    if (!signal?.aborted) cache?.keep(jobs, results);
    // what workers have read, and what the cache knew about
    for (const { id, path: file, folder } of jobs) {
      disk.reads(file);
      for (const [relative] of results[id]?.reads ?? [])
        disk.reads(path.join(settings.folders[folder]!.root, relative));
    }
    return results;
  }

  #set(spec: number): RuleSet {
    let set = this.#sets.get(spec);
    if (!set) {
      const { preset, settings } = this.#choice.specs[spec]!;
      this.#sets.set(spec, (set = ruleSet(preset, settings)));
    }
    return set;
  }

  /** @throws Error when it can't be read any more */
  #text(file: string): string {
    let text = this.#decoded.get(file) ?? (this.#last?.file === file ? this.#last.text : undefined);
    if (text === undefined) {
      const bytes = this.#linter.bytesOf(file);
      if (typeof bytes === 'string') throw new Error(`${file} ${bytes}`);
      const decoded = decodeMigration(bytes);
      text = decoded.kind === 'text' ? decoded.text : Buffer.from(bytes).toString('utf8');
      this.#last = { file, text };
    }
    return text;
  }

  #textIfThere(file: string): string {
    try {
      return this.#text(file);
    } catch {
      return '';
    }
  }

  /** Replays the folders; each set of rules for the files that are linted with it. */
  #history(
    folders: readonly LintFolder[],
    needed: ReadonlySet<number>,
    jobs: readonly LintJob[],
    results: readonly (PackedLint | undefined)[],
    subjects: readonly Subject[],
    edited: ReadonlySet<string>,
    changed: ReadonlySet<string> | undefined,
  ): { files: ReadonlyMap<string, readonly Finding[]>; others: ReadonlyMap<string, LintFileReport> } {
    const files = new Map<string, Finding[]>();
    const others = new Map<string, LintFileReport>();
    const told = new Set(subjects.map(({ job }) => job.path));
    const jobOf = new Map(jobs.map((job) => [job.path, job]));
    folders.forEach(({ root, tool, files: ups }, index) => {
      if (!needed.has(index)) return;
      const history = this.#historyOf(index, root, tool, ups, jobOf, results, edited);
      const specs = new Set(ups.map((file) => jobOf.get(file)?.spec ?? 0));
      for (const spec of specs) {
        for (const finding of lintHistory(history, this.#set(spec))) {
          const { where } = finding;
          const file = 'file' in where ? ups[where.file]! : path.join(root, where.path);
          const job = jobOf.get(file);
          if ((job?.spec ?? 0) !== spec) continue;
          if (told.has(file)) push(files, file, this.#placed(finding, file));
          else if (!job && (changed ? changed.has(file) : this.#isWhole(index))) {
            const display = path.join(this.#plan.folders[index]!.display, path.relative(root, file));
            const placed = this.#finished(file, [this.#placed(finding, file)]);
            others.set(file, { path: display, findings: [...(others.get(file)?.findings ?? []), ...placed] });
          }
        }
      }
    });
    return { files, others };
  }

  /** All of a folder was asked for, not only some files. */
  #isWhole(folder: number): boolean {
    const { targets, folders } = this.#plan;
    return (
      targets.filter((target) => target.folder === folder && !target.named).length === folders[folder]!.files.length
    );
  }

  #placed(finding: HistoryFinding, file: string): Finding {
    const placed = placeFinding(finding, this.#textIfThere(file));
    return finding.at ? { ...placed, statement: finding.at } : placed;
  }

  #historyOf(
    index: number,
    root: string,
    tool: string,
    files: readonly string[],
    jobOf: ReadonlyMap<string, LintJob>,
    results: readonly (PackedLint | undefined)[],
    edited: ReadonlySet<string>,
  ): Omit<LintHistory, 'option'> {
    const relative = (file: string): string => path.relative(root, file).split(path.sep).join('/');
    const made = files.map((file): HistoryFile => {
      const result = results[jobOf.get(file)?.id ?? -1];
      // of what can't be read nothing is known, not even that it is empty
      const readable = result && result.failed === undefined;
      let facts: HistoryFile['facts'] | undefined;
      return {
        path: relative(file),
        // read when a rule asks: where the cache knows what a replay shows, most of them never are
        get facts() {
          return (facts ??= readable ? unpackFacts(result) : []);
        },
        statements: readable ? result.statements : 1,
        text: () => this.#text(file),
      };
    });
    /** They have been listed already, unless only files were named. */
    const filesBelow = (): readonly string[] => {
      for (const [listed, names] of this.#plan.listings) {
        if (listed === root) return names;
        if (!root.startsWith(listed + path.sep)) continue;
        const prefix = `${path.relative(listed, root).split(path.sep).join('/')}/`;
        return names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
      }
      return listFolder(root).files;
    };
    let replayed: Replay | undefined;
    let view: FolderView | undefined;
    return {
      root,
      tool: toolByName(tool)!,
      pgVersion: this.#options.pgVersion,
      files: made,
      ignored: this.#plan.others.flatMap(({ status, folder, path: file, reason }) =>
        status === 'ignored' && folder === index ? [{ path: relative(file), reason }] : [],
      ),
      get folder() {
        return (view ??= folderAt(root, filesBelow()));
      },
      get replay() {
        return (replayed ??= replay(made.map(({ facts }) => facts)));
      },
      edited: new Set([...edited].filter((file) => jobOf.has(file)).map(relative)),
      now: Date.now(),
    };
  }

  /** What comments say about the findings, and what is known of them. */
  #judged(job: LintJob, lint: FileLint, ofHistory: readonly Finding[], history: boolean): readonly LintFinding[] {
    const { findings, directives } = lint;
    const all = ofHistory.length === 0 ? findings : [...findings, ...ofHistory].sort(byPlace);
    if (directives.length === 0) return this.#finished(job.path, all);
    const active = new Set<string>();
    for (const { name, kind } of this.#set(job.spec).keys()) if (history || kind !== 'history') active.add(name);
    const unused: Severity | 'off' = this.#options.reportUnusedDisable ?? 'warning';
    const judged = suppress(all, directives, this.#textIfThere(job.path), knownNames, active, { unused });
    return this.#finished(job.path, [...judged.findings, ...judged.complaints].sort(byPlace));
  }

  /** @param text where it is not that of the file on the disk */
  #finished(file: string, findings: readonly Judged[], text?: string): readonly LintFinding[] {
    if (findings.length === 0 && !this.#known) return [];
    const printed = findings.map((finding): LintFinding => {
      const { statement: _statement, fingerprint, ...rest } = finding;
      return { ...rest, fingerprint: fingerprint ?? fingerprintOf(finding, text ?? this.#textIfThere(file)) };
    });
    return this.#known ? this.#known.mark(file, printed) : printed;
  }

  /** Rules about how migrations are run, where it is the project that is linted and not some files. */
  async #deploy(changes: Changes | undefined, targets: readonly Target[]): Promise<LintFileReport[]> {
    const set = this.#set(0);
    if (![...set.keys()].some(({ kind }) => kind === 'deploy')) return [];
    if (!changes && targets.length > 0 && targets.every(({ named }) => named)) return [];
    const { cwd } = this.#options;
    const { deployFiles } = await import('../deploy/index.ts');
    const { files, problems } = await deployFiles({ cwd, roots: this.#plan.folders.map(({ root }) => root) });
    const out: LintFileReport[] = [];
    const isAsked = (file: string): boolean => !changes || changes.changed.has(realIfThere(file));
    for (const file of files) {
      const absolute = path.resolve(cwd, file.path);
      if (!isAsked(absolute)) continue;
      const set = this.#set(this.#choice.specOf(absolute));
      // JSON has no comments
      const directives = /\.jsonc?$/.test(file.path) ? [] : readHashDirectives(file.text);
      const active = new Set([...set.keys()].filter(({ kind }) => kind === 'deploy').map(({ name }) => name));
      const unused: Severity | 'off' = this.#options.reportUnusedDisable ?? 'warning';
      const judged = suppress(lintDeploy(file, set), directives, file.text, knownNames, active, { unused });
      const findings = [...judged.findings, ...judged.complaints].sort(byPlace);
      out.push({ path: relativeInside(cwd, absolute), findings: this.#finished(absolute, findings, file.text) });
    }
    for (const { path: name, message, offset = 0 } of problems) {
      const absolute = path.resolve(cwd, name);
      if (!isAsked(absolute)) continue;
      const text = this.#textIfThere(absolute);
      // not an error: such files are often templates, and they are not what was asked for in the first place
      const finding = placeFinding(
        {
          rule: 'syntax-error',
          severity: 'warning',
          where: { path: name },
          at: { start: offset, end: offset },
          message: `The file could not be read: ${message}`,
          help: 'How it runs migrations was not checked.',
        },
        text,
      );
      out.push({ path: relativeInside(cwd, absolute), findings: this.#finished(absolute, [finding], text) });
    }
    return out;
  }

  async #fix(
    subjects: readonly Subject[],
    lints: Map<string, FileLint | { readonly failed: string }>,
    results: (PackedLint | undefined)[],
  ): Promise<ReadonlyMap<string, Corrected>> {
    const { correct } = await import('./fix.ts');
    const fixable = new Set(allRules.filter((rule) => rule.fixable).map(({ name }) => name));
    const out = new Map<string, Corrected>();
    for (const { job, target } of subjects) {
      const lint = lints.get(job.path);
      if (!lint || 'failed' in lint || this.#options.signal?.aborted) continue;
      const done = await correct({
        linter: this.#linter,
        job,
        display: target.display,
        lint,
        fixable,
        write: this.#options.fix === true && !this.#options.stdin,
        diff: this.#options.fixDryRun === true,
        text: this.#options.stdin !== undefined,
        signal: this.#options.signal,
        skip: (now, text) => this.#skipped(job, now, text),
      });
      if (!done) continue;
      const { lint: after, content, ...told } = done;
      if (after) {
        lints.set(job.path, after);
        this.#decoded.set(job.path, content);
        this.#texts.set(job.path, Buffer.from(content));
        results[job.id] = liveLint({ id: job.id, hash: '', past: false, reads: [] }, after, content);
      }
      out.set(job.path, told);
    }
    return out;
  }

  /** Findings that are not to be corrected: the author has said that they may stay. */
  #skipped(job: LintJob, lint: FileLint, text: string): ReadonlySet<Finding> {
    const out = new Set<Finding>();
    const active = new Set<string>();
    const { findings } = suppress(lint.findings, lint.directives, text, knownNames, active, { unused: 'off' });
    findings.forEach((finding, index) => {
      const original = lint.findings[index]!;
      if (finding.suppressed || this.#known?.has(job.path, finding.rule, fingerprintOf(original, text)))
        out.add(original);
    });
    return out;
  }

  async #openKnown(): Promise<void> {
    const { knownFindings, updateIgnores, cwd } = this.#options;
    if (knownFindings === false) return;
    const { KNOWN_FILE, KnownFindings } = await import('./ignores.ts');
    const file = path.resolve(cwd, knownFindings ?? KNOWN_FILE);
    if (knownFindings === undefined && !updateIgnores && !disk.exists(file)) return;
    disk.asksOtherwise();
    this.#known = new KnownFindings(realIfThere(file), knownFindings !== undefined && !updateIgnores);
  }

  #updateKnown(): KnownReport | undefined {
    if (!this.#known) return undefined;
    const shown = relativeInside(this.#options.cwd, this.#known.file);
    if (!this.#options.updateIgnores || this.#options.signal?.aborted) return { path: shown, gone: this.#known.gone() };
    return { path: shown, ...this.#known.update() };
  }

  #report(files: readonly LintFileReport[], known: KnownReport | undefined): LintReport {
    const fixable = new Set(allRules.filter((rule) => rule.fixable).map(({ name }) => name));
    const totals = { errors: 0, warnings: 0, suppressed: 0, known: 0, fixable: 0, fixes: 0 };
    for (const file of files) {
      totals.fixes += file.fixes ?? 0;
      for (const finding of file.findings) {
        if (finding.suppressed) totals.suppressed++;
        else if (finding.known) totals.known++;
        else {
          if (finding.severity === 'error') totals.errors++;
          else totals.warnings++;
          if (fixable.has(finding.rule)) totals.fixable++;
        }
      }
    }
    const named = new Set(this.#plan.roots);
    const failed = this.#errors.length > 0 || files.some(({ error }) => error !== undefined);
    const { maxWarnings = Infinity } = this.#options;
    const accepted = known?.written !== undefined;
    const found = !accepted && (totals.errors > 0 || totals.warnings > maxWarnings);
    return {
      version: LINT_VERSION,
      files,
      ignored: this.#plan.others.flatMap(({ status, path: file, display, reason }) =>
        status !== 'failed' && named.has(file) ? [{ path: display, reason }] : [],
      ),
      errors: this.#errors,
      ...(known ? { known } : {}),
      totals: { files: files.length, ...totals, ms: Math.round(performance.now() - this.#startedAt) },
      exitCode: failed ? 2 : found ? 1 : 0,
    };
  }
}

/** Of a file, packed, with its fingerprint already; of the history without. */
type Judged = Finding & { readonly fingerprint?: string };

type Corrected = Pick<LintFileReport, 'fixes' | 'diff' | 'text' | 'error'>;

const byPlace = (a: Finding, b: Finding): number => a.start - b.start || a.end - b.end;

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
