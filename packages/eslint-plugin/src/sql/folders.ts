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
  type Tool,
  editedFilesNow,
  filesAround,
  folderAt,
  groupOf,
  lintHistory,
  placeOf,
  readText,
  replay,
  repositoryRoot,
} from '@idempotify/core';

/** For so long, in milliseconds, a folder is taken to be as it was: a run over many files asks about it once and not for each of them. */
const FRESH = 1000;
/** git is asked less often: it takes longer, and nobody commits while typing. */
const FRESH_GIT = 5000;

export const withoutBom = (text: string): string => (text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);

/** What a history needs to know of a file, and the size and time that it is about. */
interface Known {
  readonly stamp: string;
  /** Without BOM, as ESLint counts offsets; undefined = not read yet. */
  text?: string;
  facts?: { readonly tool: Tool; readonly list: readonly Fact[]; readonly statements: number };
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
  readonly #migrations: readonly PastFile[];
  readonly #past = new Map<string, PastMigrations>();
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
    this.#migrations = group.up.map((name) => ({ path: name, read: () => this.#text(name) }));
  }

  isUp(name: string): boolean {
    return this.#positions.has(name);
  }

  /** The migrations before this one, in the tool's order. */
  before(name: string): readonly PastFile[] {
    return this.#migrations.slice(0, this.#positions.get(name));
  }

  /** What earlier migrations leave. */
  past(pgVersion: number, about: 'everything' | 'functions'): PastMigrations {
    const key = `${about} ${pgVersion}`;
    let past = this.#past.get(key);
    if (!past) this.#past.set(key, (past = new PastMigrations(pgVersion, this.tool, about)));
    return past;
  }

  /**
   * The history with this text in the place of the file.
   *
   * @param text without BOM
   */
  history(name: string, text: string, pgVersion: number): History {
    if (this.isUp(name) && this.#textIfThere(name) !== text) return this.#historyWith(name, text, pgVersion);
    // a journal deeper in the folder may have changed, and what git knows
    if (this.#history?.pgVersion !== pgVersion || Date.now() - this.#history.at > FRESH_GIT)
      this.#history = { pgVersion, at: Date.now(), made: this.#historyWith(undefined, '', pgVersion) };
    return this.#history.made;
  }

  #historyWith(changed: string | undefined, text: string, pgVersion: number): History {
    const files = this.up.map((name): HistoryFile => {
      let own: Known | undefined;
      const known = (): NonNullable<Known['facts']> => {
        if (name === changed) own ??= { stamp: '', text };
        return this.#factsOf(name, own ?? this.#known.get(name), pgVersion);
      };
      return {
        path: name,
        get facts() {
          return known().list;
        },
        get statements() {
          return known().statements;
        },
        text: () => (name === changed ? text : this.#text(name)),
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

  #factsOf(name: string, known: Known | undefined, pgVersion: number): NonNullable<Known['facts']> {
    const { tool, view } = this;
    // of what can't be read nothing is known, not even that it is empty
    const nothing = { tool, list: [], statements: 1 };
    if (!known) return nothing;
    if (known.facts?.tool === tool) return known.facts;
    try {
      const text = (known.text ??= this.#text(name));
      const { facts, parsed } = new Source({ path: name, text, tool, pgVersion, folder: view });
      return (known.facts = { tool, list: facts, statements: parsed.statements.length + parsed.problems.length });
    } catch {
      return (known.facts = nothing);
    }
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
 * @returns undefined when its name does not end in .sql
 */
export function findPlace(file: string, tool: Tool | undefined): Place | undefined {
  const place = placeOf(file);
  const key = `${place.ownFolder ? 'below' : 'here'} ${place.root}`;
  const around = lookedAt(key, arounds.get(key), () => filesAround(place), place.root);
  const { name } = place;
  const belongs = ({ folder }: { folder: Folder }): boolean =>
    folder.isUp(name) || folder.ignored.some((each) => each.path === name);
  let found = around.folders.find((each) => each.tool === tool && belongs(each))?.folder;
  if (!found) {
    const group = groupOf(place, around.files, tool);
    if (!group) return undefined;
    found = new Folder(place.root, group, around.files, around.known);
    around.folders.push({ tool, folder: found });
  }
  return { folder: found, name, ignored: found.ignored.find((each) => each.path === name)?.reason };
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
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  return stat ? `${stat.size} ${stat.mtimeMs}` : '';
}

/** Forgets everything: for tests. */
export function forgetFolders(): void {
  arounds.clear();
  editedByRepository.clear();
}
