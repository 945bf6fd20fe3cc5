/**
 * What lies around a migration: its folder, its tool, the migrations before it. Editors keep a process for days, so what is known of a folder
 * is kept, and looked up again when the folder may have changed.
 */
import fs from 'node:fs';
import path from 'node:path';
import {
  type Fact,
  type FolderView,
  type HistoryFile,
  type HistoryFinding,
  type HistoryRule,
  type Ignored,
  type LintHistory,
  type OptionValue,
  type PastFile,
  PastMigrations,
  type Replay,
  Source,
  type SourceOptions,
  type Tool,
  editedFilesNow,
  filesAround,
  folderAt,
  groupOf,
  isScript,
  lintHistory,
  placeOf,
  readText,
  replay,
  repositoryRoot,
} from '@idempotify/core';
import { type Migration, ScriptSource, migrationIn, parseJavaScript, readAsSql, sqlIn } from '@idempotify/javascript';

/** For so long, in milliseconds, a folder is taken to be as it was: a run over many files asks about it once and not for each of them. */
const FRESH = 1000;
/** git is asked less often: it takes longer, and nobody commits while typing. */
const FRESH_GIT = 5000;
const KEEP_TREES = 3000;

export const withoutBom = (text: string): string => (text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);

interface FileFacts {
  readonly tool: Tool;
  readonly list: readonly Fact[];
  /** Statements, and what can't be read: 0 = the file does nothing. */
  readonly statements: number;
}

const factsIn = (source: Source | ScriptSource): FileFacts => ({
  tool: source.tool,
  list: source.facts,
  statements:
    source instanceof ScriptSource
      ? source.statements
      : source.parsed.statements.length + source.parsed.problems.length,
});

/** What a history needs to know of a file, and the size and time that it is about. */
interface Known {
  readonly stamp: string;
  /** Without BOM, as ESLint counts offsets; undefined = not read yet. */
  text?: string;
  facts?: FileFacts;
}

/** What is found by rules about the history, by the path of the file that it is about. */
type HistoryFindings = ReadonlyMap<string, readonly HistoryFinding[]>;

/** A history and what rules have found in it. */
class History {
  readonly #history: Omit<LintHistory, 'option'>;
  readonly #found = new Map<HistoryRule, Map<string, HistoryFindings>>();

  constructor(history: Omit<LintHistory, 'option'>) {
    this.#history = history;
  }

  find(rule: HistoryRule, options: Readonly<Record<string, OptionValue>>, file: string): readonly HistoryFinding[] {
    let byOptions = this.#found.get(rule);
    if (!byOptions) this.#found.set(rule, (byOptions = new Map()));
    const key = JSON.stringify(options);
    let found = byOptions.get(key);
    if (!found) byOptions.set(key, (found = this.#run(rule, options)));
    return found.get(file) ?? [];
  }

  #run(rule: HistoryRule, options: Readonly<Record<string, OptionValue>>): HistoryFindings {
    const out = new Map<string, HistoryFinding[]>();
    for (const finding of lintHistory(this.#history, new Map([[rule, { severity: rule.severity, options }]]))) {
      const { where } = finding;
      const file = 'file' in where ? this.#history.files[where.file]?.path : where.path;
      if (file === undefined) continue;
      const list = out.get(file);
      if (list) list.push(finding);
      else out.set(file, [finding]);
    }
    return out;
  }
}

/** The migrations of one folder as its tool sees them, as they lie on the disk. */
export class Folder {
  readonly root: string;
  readonly tool: Tool;
  readonly up: readonly string[];
  readonly ignored: readonly Ignored[];
  readonly view: FolderView;
  readonly #known: ReadonlyMap<string, Known>;
  readonly #positions: ReadonlyMap<string, number>;
  readonly #reasons: ReadonlyMap<string, string>;
  readonly #migrations: readonly PastFile[];
  readonly #pasts = new Map<string, PastMigrations>();
  /** Files that a history has parsed and ESLint has not come to yet. */
  readonly #parsed = new Map<string, Source>();
  #history: { readonly pgVersion: number; readonly at: number; readonly made: History } | undefined;

  constructor(
    root: string,
    group: { readonly tool: Tool; readonly up: readonly string[]; readonly ignored: readonly Ignored[] },
    files: readonly string[],
    known: ReadonlyMap<string, Known>,
  ) {
    this.root = root;
    this.tool = group.tool;
    this.up = group.up;
    this.ignored = group.ignored;
    this.view = folderAt(root, files);
    this.#known = known;
    this.#positions = new Map(group.up.map((name, position) => [name, position]));
    this.#reasons = new Map(group.ignored.map(({ path: name, reason }) => [name, reason]));
    this.#migrations = group.up.map((name) => ({ path: name, read: () => this.#asSql(name) }));
  }

  isUp(name: string): boolean {
    return this.#positions.has(name);
  }

  /** Why a file is none of them; undefined for those that are, and for files that are not known. */
  whyIgnored(name: string): string | undefined {
    return this.#reasons.get(name);
  }

  /**
   * A file of the folder as rules see it.
   *
   * @param text without BOM
   */
  sourceOf(name: string, text: string, pgVersion: number): Source {
    const parsed = this.#parsed.get(name);
    if (parsed) {
      this.#parsed.delete(name);
      if (parsed.text === text && parsed.pgVersion === pgVersion) return parsed;
    }
    return new Source({ ...this.#surroundings(name, pgVersion), text });
  }

  /** The same for a migration in JavaScript or TypeScript. */
  scriptOf(name: string, migration: Migration, pgVersion: number): ScriptSource {
    return new ScriptSource(migration, { ...this.#surroundings(name, pgVersion), text: migration.scope.source });
  }

  #surroundings(name: string, pgVersion: number): Omit<SourceOptions, 'text'> {
    const before = (): readonly PastFile[] => this.#migrations.slice(0, this.#positions.get(name));
    return {
      path: name,
      tool: this.tool,
      pgVersion,
      folder: this.view,
      history: () => this.#past(pgVersion, 'everything').upTo(before()),
      functions: () => this.#past(pgVersion, 'functions').upTo(before()),
      past: before,
    };
  }

  /** What earlier migrations leave. */
  #past(pgVersion: number, about: 'everything' | 'functions'): PastMigrations {
    const key = `${about} ${pgVersion}`;
    let past = this.#pasts.get(key);
    if (!past) this.#pasts.set(key, (past = new PastMigrations(pgVersion, readAsSql(this.tool), about)));
    return past;
  }

  /**
   * The history with this text in the place of the file.
   *
   * @param text without BOM
   * @param file the same, parsed; undefined when the tool does not run it
   */
  history(name: string, text: string, pgVersion: number, file: Source | ScriptSource | undefined): History {
    const known = this.#known.get(name);
    if (file && this.#textIfThere(name) === text && known) known.facts ??= factsIn(file);
    else if (file) return this.#historyWith(name, file, pgVersion);
    // a journal deeper in the folder may have changed, and what git knows
    if (this.#history?.pgVersion !== pgVersion || Date.now() - this.#history.at > FRESH_GIT)
      this.#history = { pgVersion, at: Date.now(), made: this.#historyWith(undefined, undefined, pgVersion) };
    return this.#history.made;
  }

  #historyWith(changed: string | undefined, file: Source | ScriptSource | undefined, pgVersion: number): History {
    const files = this.up.map((name): HistoryFile => {
      const other = name === changed ? file : undefined;
      const known = (): FileFacts => (other ? factsIn(other) : this.#factsOf(name, pgVersion));
      return {
        path: name,
        get facts() {
          return known().list;
        },
        get statements() {
          return known().statements;
        },
        text: () => other?.text ?? this.#text(name),
      };
    });
    const askGit = (): ReadonlySet<string> => this.#edited();
    let edited: ReadonlySet<string> | undefined;
    let replayed: Replay | undefined;
    return new History({
      root: this.root,
      tool: this.tool,
      pgVersion,
      files,
      ignored: this.ignored,
      folder: folderAt(this.root, this.view.files),
      get replay() {
        return (replayed ??= replay(files.map(({ facts }) => facts)));
      },
      get edited() {
        return (edited ??= askGit());
      },
      now: Date.now(),
    });
  }

  #factsOf(name: string, pgVersion: number): FileFacts {
    const known = this.#known.get(name);
    if (known?.facts?.tool === this.tool) return known.facts;
    let facts: FileFacts;
    try {
      if (isScript(name)) facts = this.#scriptFacts(name, pgVersion);
      else {
        const source = this.sourceOf(name, this.#text(name), pgVersion);
        facts = factsIn(source);
        this.#keepForALittle(name, source);
      }
    } catch {
      // of what can't be read nothing is known, not even that it is empty
      facts = { tool: this.tool, list: [], statements: 1 };
    }
    if (known) known.facts = facts;
    return facts;
  }

  /** @throws Error where it can't be read */
  #scriptFacts(name: string, pgVersion: number): FileFacts {
    const text = this.#text(name);
    const parsed = parseJavaScript(text, name);
    if (parsed.kind === 'broken') throw new Error(parsed.problem.message);
    const migration = migrationIn(parsed.program, text, this.tool);
    return migration
      ? factsIn(this.scriptOf(name, migration, pgVersion))
      : { tool: this.tool, list: [], statements: 1 };
  }

  /** What a migration sends when it is run forwards. */
  #asSql(name: string): string {
    const text = this.#text(name);
    return isScript(name) ? sqlIn(text, name, this.tool) : text;
  }

  /** Trees are large: they are kept while a run over the folder may come to them. */
  #keepForALittle(name: string, source: Source): void {
    if (this.#parsed.size === 0) setTimeout(() => this.#parsed.clear(), KEEP_TREES).unref();
    this.#parsed.set(name, source);
  }

  #text(name: string): string {
    const known = this.#known.get(name);
    if (known?.text !== undefined) return known.text;
    const text = withoutBom(readText(path.join(this.root, name)));
    if (known) known.text = text;
    return text;
  }

  #textIfThere(name: string): string | undefined {
    try {
      return this.#text(name);
    } catch {
      return undefined;
    }
  }

  #edited(): ReadonlySet<string> {
    const root = realPath(this.root);
    const repository = repositoryRoot(root, new Map());
    if (repository === undefined) return new Set();
    const names = [...editedIn(repository)].map((file) => path.relative(root, file).split(path.sep).join('/'));
    return new Set(names.filter((name) => this.isUp(name)));
  }
}

const editedByRepository = new Map<string, { readonly at: number; readonly files: ReadonlySet<string> }>();

function editedIn(repository: string): ReadonlySet<string> {
  let known = editedByRepository.get(repository);
  if (!known || Date.now() - known.at > FRESH_GIT)
    editedByRepository.set(repository, (known = { at: Date.now(), files: editedFilesNow(repository) }));
  return known.files;
}

function realPath(folder: string): string {
  try {
    return fs.realpathSync(folder);
  } catch {
    return folder;
  }
}

/** What was found around files of the same root. */
interface Around {
  checked: number;
  files: readonly string[];
  known: ReadonlyMap<string, Known>;
  stamp: string;
  /** By the tool that was named, and the names that belong to it. */
  readonly folders: { readonly tool: Tool | undefined; readonly folder: Folder }[];
}

const arounds = new Map<string, Around>();

/** A file and its place among others. */
export interface Place {
  readonly folder: Folder;
  /** Relative to the folder, with '/'. */
  readonly name: string;
  /** Why it is no migration that runs forwards. */
  readonly ignored: string | undefined;
}

/**
 * The place of a file.
 *
 * @param file absolute; need not be there
 * @param tool the tool, instead of recognising it
 * @returns undefined when no migration has such a name
 */
export function findPlace(file: string, tool: Tool | undefined): Place | undefined {
  const place = placeOf(file);
  const key = `${place.ownFolder ? 'below' : 'here'} ${place.root}`;
  const around = lookedAt(key, arounds.get(key), () => filesAround(place), place.root);
  const { name } = place;
  const belongs = ({ folder }: { folder: Folder }): boolean =>
    folder.isUp(name) || folder.whyIgnored(name) !== undefined;
  let found = around.folders.find((each) => each.tool === tool && belongs(each))?.folder;
  if (!found) {
    const group = groupOf(place, around.files, tool);
    if (!group) return undefined;
    found = new Folder(place.root, group, around.files, around.known);
    around.folders.push({ tool, folder: found });
  }
  return { folder: found, name, ignored: found.whyIgnored(name) };
}

/** What is there now, unless that has just been looked at. What is known of unchanged files stays. */
function lookedAt(key: string, last: Around | undefined, list: () => string[], root: string): Around {
  const now = Date.now();
  if (last && now - last.checked < FRESH) return last;
  const files = list();
  const known = new Map<string, Known>();
  let stamp = '';
  for (const name of files) {
    const own = stampOf(path.join(root, name));
    const before = last?.known.get(name);
    known.set(name, before?.stamp === own ? before : { stamp: own });
    stamp += `${name} ${own}\n`;
  }
  if (last?.stamp === stamp) {
    last.checked = now;
    return last;
  }
  const around: Around = { checked: now, files, known, stamp, folders: [] };
  arounds.set(key, around);
  return around;
}

function stampOf(file: string): string {
  try {
    const { size, mtimeMs } = fs.statSync(file);
    return `${size} ${mtimeMs}`;
  } catch {
    return ''; // gone by now, or a link to nothing
  }
}
