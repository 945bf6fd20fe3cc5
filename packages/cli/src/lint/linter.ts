/** Lints one file after the other. Runs in the main thread and in workers. */
import fs from 'node:fs';
import path from 'node:path';
import {
  type FileLint,
  type Finding,
  type FolderView,
  type PreparedRules,
  type Problem,
  type SourceOptions,
  type Tool,
  disk,
  type PastFile,
  PastMigrations,
  folderView,
  isScript,
  lintFile,
  prepareRules,
  toolByName,
  systemMessage,
  decodeMigration,
  readBytes,
} from '@idempotify/core';
import { ruleSet } from '@idempotify/rules';
import { hashOf } from './hash.ts';
import { type LintJob, type LintSettings, type PackedLint, liveLint } from './protocol.ts';

/** What reads JavaScript and TypeScript: loaded only where there are such files. */
type Scripts = typeof import('@idempotify/javascript');

export interface Linted {
  readonly lint: FileLint;
  readonly past: boolean;
  readonly reads: PackedLint['reads'];
}

interface Folder {
  readonly root: string;
  readonly tool: Tool;
  readonly files: readonly string[];
  readonly positions: ReadonlyMap<string, number>;
  readonly past: PastMigrations;
  readonly functions: PastMigrations;
  /** All migrations as SQL, to be read when somebody looks back. */
  readonly migrations: readonly PastFile[];
  /** Texts of other files that a tool has asked for; undefined = not there. */
  readonly asked: Map<string, { readonly content: string; readonly hash: string } | undefined>;
}

export class Linter {
  readonly #settings: LintSettings;
  readonly #folders = new Map<number, Folder>();
  readonly #rules = new Map<number, PreparedRules>();
  readonly #scripts: Scripts | undefined;

  private constructor(settings: LintSettings, scripts: Scripts | undefined) {
    this.#settings = settings;
    this.#scripts = scripts;
  }

  static async of(settings: LintSettings): Promise<Linter> {
    const needed =
      settings.folders.some(({ files }) => files.some(isScript)) || [...settings.texts.keys()].some(isScript);
    return new Linter(settings, needed ? await import('@idempotify/javascript') : undefined);
  }

  /** Never throws: what goes wrong is the file's result. */
  run(job: LintJob): PackedLint {
    const bytes = this.bytesOf(job.path);
    if (typeof bytes === 'string') return failed(job.id, bytes);
    const hash = hashOf(bytes);
    try {
      const decoded = decodeMigration(bytes);
      if (decoded.kind === 'broken') {
        return liveLint({ id: job.id, hash, past: false, reads: [] }, unreadable(decoded.problem), '');
      }
      const { lint, past, reads } = this.lint(job, decoded.text, false);
      return liveLint({ id: job.id, hash, past, reads }, lint, decoded.text);
    } catch (error) {
      return failed(job.id, `the linter failed on it, which is a bug of idempotify: ${systemMessage(error)}`);
    }
  }

  /** The file's bytes, or why they can't be had. */
  bytesOf(file: string): Uint8Array | string {
    const given = this.#settings.texts.get(file);
    if (given) return given;
    const read = readBytes(file);
    return read.kind === 'failed' ? read.message : read.bytes;
  }

  /** @param fixes work out the corrections, too */
  lint(job: LintJob, text: string, fixes: boolean): Linted {
    const folder = this.#folder(job.folder);
    const reads = new Map<string, string>();
    let past = false;
    const before = (): readonly PastFile[] => {
      past = true;
      return folder.migrations.slice(0, folder.positions.get(job.path) ?? folder.migrations.length);
    };
    const source: SourceOptions = {
      path: slashed(path.relative(folder.root, job.path)),
      text,
      tool: folder.tool,
      pgVersion: this.#settings.pgVersion,
      folder: watched(folder, reads),
      history: () => folder.past.upTo(before()),
      functions: () => folder.functions.upTo(before()),
      past: before,
    };
    const rules = this.#rulesOf(job.spec);
    const lint =
      this.#scripts && isScript(job.path)
        ? this.#scripts.lintText(source, rules, { fixes })
        : lintFile(source, rules, { fixes });
    return { lint, past, reads: [...reads] };
  }

  toolOf(folder: number): Tool {
    return this.#folder(folder).tool;
  }

  #text(file: string): string {
    const bytes = this.bytesOf(file);
    if (typeof bytes === 'string') throw new Error(`${file}: ${bytes}`);
    const decoded = decodeMigration(bytes);
    if (decoded.kind === 'broken') throw new Error(`${file}: ${decoded.problem.message}`);
    return decoded.text;
  }

  /** A migration of a folder as the SQL that it sends. */
  #sql(file: string, tool: Tool): string {
    const text = this.#text(file);
    return this.#scripts && isScript(file) ? this.#scripts.sqlIn(text, file, tool) : text;
  }

  #rulesOf(spec: number): PreparedRules {
    let rules = this.#rules.get(spec);
    if (!rules) {
      const { preset, settings } = this.#settings.specs[spec]!;
      rules = prepareRules(ruleSet(preset, settings));
      this.#rules.set(spec, rules);
    }
    return rules;
  }

  #folder(index: number): Folder {
    let folder = this.#folders.get(index);
    if (!folder) {
      const { root, tool: name, files } = this.#settings.folders[index]!;
      const named = toolByName(name);
      if (!named) throw new Error(`no migration tool is called ${name}`);
      const tool = this.#settings.assumeInTransaction ? inTransaction(named) : named;
      const asSql = this.#scripts?.readAsSql(tool) ?? tool;
      folder = {
        root,
        tool,
        files,
        positions: new Map(files.map((file, position) => [file, position])),
        past: new PastMigrations(this.#settings.pgVersion, asSql),
        functions: new PastMigrations(this.#settings.pgVersion, asSql, 'functions'),
        migrations: files.map((file) => {
          let text: string | undefined;
          return { path: file, read: () => (text ??= this.#sql(file, tool)) };
        }),
        asked: new Map(),
      };
      this.#folders.set(index, folder);
    }
    return folder;
  }
}

/** squawk's `assume_in_transaction`: for tools of which nothing is known. */
function inTransaction(tool: Tool): Tool {
  return Object.create(tool, {
    transactions: {
      value: (...args: Parameters<Tool['transactions']>): ReturnType<Tool['transactions']> => {
        const known = tool.transactions(...args);
        return known.scope === 'none' ? { ...known, scope: 'file', concurrently: 'no' } : known;
      },
    },
  }) as Tool;
}

/** Says what was read in it. Only a few tools look into settings files beside a migration. */
function watched({ root, files, asked }: Folder, reads: Map<string, string>): FolderView {
  const contentOf = (relative: string): string | undefined => {
    if (!asked.has(relative)) {
      try {
        disk.reads(path.join(root, relative));
        const content = fs.readFileSync(path.join(root, relative), 'utf8');
        asked.set(relative, { content, hash: hashOf(content) });
      } catch {
        asked.set(relative, undefined);
      }
    }
    const found = asked.get(relative);
    reads.set(relative, found?.hash ?? '');
    return found?.content;
  };
  return folderView(root, files, {
    read(relative) {
      const content = contentOf(relative);
      if (content === undefined) throw new Error(`${relative} can not be read`);
      return content;
    },
    exists: (relative) => contentOf(relative) !== undefined,
  });
}

function failed(id: number, reason: string): PackedLint {
  return { id, failed: reason, body: '[[],[]]', statements: 0, facts: '[]', hash: '', past: false, reads: [] };
}
export { failed as failedLint };

/** What is no text has one finding: that it is none. */
function unreadable({ message, start, end, line, column }: Problem): FileLint {
  const finding: Finding = {
    rule: 'syntax-error',
    severity: 'error',
    start,
    end,
    line,
    column,
    endLine: line,
    endColumn: column + 1,
    message: `The file ${message}.`,
    help: 'Nothing in it could be checked.',
  };
  return { findings: [finding], directives: [], facts: [], statements: 0 };
}

const slashed = (relative: string): string => relative.split(path.sep).join('/');
