/** Takes one file through reading, rewriting and (for an output folder) writing. Runs in the main thread and in workers. */
import fs from 'node:fs';
import { type Rewriter, createRewriter } from '@idempotify/codemods';
import {
  type Problem,
  type StatementResult,
  toolByName,
  systemMessage,
  decodeMigration,
  isScript,
  readBytes,
  readText,
} from '@idempotify/core';
import { OutputFolder, WriteError } from '../files/write.ts';
import { noCounts } from '../results.ts';
import type { FolderSpec, Job, JobResult, Settings } from './protocol.ts';

export interface Processor {
  /** Never throws: what goes wrong is the file's result. */
  process(job: Job): JobResult;
  /** The same for a text that need not be on the disk. */
  processText(job: Job, text: string): JobResult & { readonly text: string };
}

const nothing = { counts: noCounts(), statements: [], problems: [], notes: [] } as const;

export function failedResult(id: number, reason: string): JobResult {
  return { id, status: 'failed', reason, ...nothing };
}

/** What is loaded only where it is needed. */
export interface Helpers {
  /** Needed with `settings.diff`. */
  readonly unifiedDiff?: (path: string, before: string, after: string) => string;
  /** Needed where migrations are written in JavaScript or TypeScript. */
  readonly scripts?: typeof import('@idempotify/codemods/js');
}

export async function loadHelpers(settings: Settings): Promise<Helpers> {
  const scripts = settings.folders.some(({ files }) => files.some(isScript));
  return {
    ...(settings.diff ? { unifiedDiff: (await import('../diff.ts')).unifiedDiff } : {}),
    ...(scripts ? { scripts: await import('@idempotify/codemods/js') } : {}),
  };
}

export function createProcessor(settings: Settings, { unifiedDiff, scripts }: Helpers): Processor {
  const rewriters = new Map<number, Rewriter>();
  let output: OutputFolder | undefined;

  const rewriterOf = (folder: number): Rewriter => {
    let rewriter = rewriters.get(folder);
    if (!rewriter) {
      const spec = settings.folders[folder]!;
      const options = { guard: settings.guard, pgVersion: settings.pgVersion };
      const tool = toolOf(spec);
      const guards = scripts?.guardsOf(tool.name);
      const history = historyOf(spec, settings.texts);
      rewriter =
        scripts && guards
          ? scripts.createScriptRewriter(options, tool, guards, history)
          : createRewriter(options, tool, history);
      rewriters.set(folder, rewriter);
    }
    return rewriter;
  };

  const write = (job: Job, content: Uint8Array): void => {
    if (settings.outDir === undefined || job.out === undefined) return;
    output ??= new OutputFolder(settings.outDir);
    output.write(job.out, content, fs.statSync(job.path).mode);
  };

  const rewrite = (job: Job, text: string): JobResult & { readonly text: string } => {
    const result = rewriterOf(job.folder).rewrite({ path: job.path, text });
    const counts = noCounts();
    for (const statement of result.statements) counts[statement.outcome]++;
    const changed = result.text !== text;
    return {
      id: job.id,
      status: changed ? 'changed' : 'unchanged',
      counts,
      statements: settings.statements === 'all' ? result.statements : result.statements.filter(isFinding),
      problems: result.problems,
      notes: result.notes,
      ...(settings.diff && unifiedDiff ? { diff: unifiedDiff(job.display, text, result.text) } : {}),
      text: result.text,
    };
  };

  const guarded = <R extends JobResult>(job: Job, run: () => R): R | JobResult => {
    try {
      return run();
    } catch (error) {
      if (error instanceof WriteError) return failedResult(job.id, error.message);
      return failedResult(job.id, `the rewriter failed on it, which is a bug of idempotify: ${systemMessage(error)}`);
    }
  };

  return {
    process: (job) =>
      guarded(job, () => {
        const given = settings.texts?.get(job.path);
        const read = given ? ({ kind: 'bytes', bytes: given } as const) : readBytes(job.path);
        if (read.kind === 'failed') return failedResult(job.id, read.message);
        const before = read.bytes;
        const decoded = decodeMigration(before);
        if (decoded.kind === 'broken') {
          write(job, before);
          return brokenResult(job.id, decoded.problem);
        }
        const { text, ...result } = rewrite(job, decoded.text);
        if (result.status === 'unchanged') {
          write(job, before);
          return result;
        }
        const after = new TextEncoder().encode(text);
        write(job, after);
        return settings.bytes ? { ...result, before, after } : result;
      }),
    processText: (job, text) => {
      const result = guarded(job, () => rewrite(job, text));
      return { text, ...result };
    },
  };
}

function brokenResult(id: number, problem: Problem): JobResult {
  return { id, status: 'broken', ...nothing, problems: [problem] };
}

/** What a person has to look at. */
export function isFinding(statement: StatementResult): boolean {
  return statement.outcome === 'refused' || statement.outcome === 'broken';
}

function toolOf(spec: FolderSpec): NonNullable<ReturnType<typeof toolByName>> {
  const tool = toolByName(spec.tool);
  if (!tool) throw new Error(`no migration tool is called ${spec.tool}`);
  return tool;
}

/** The migrations of the folder that come before a file. They are read when the rewriter asks for their text. */
function historyOf(
  spec: FolderSpec,
  texts: Settings['texts'],
): {
  before(path: string): readonly { path: string; read(): string }[];
} {
  const read = (path: string): string => {
    const given = texts?.get(path);
    if (!given) return readText(path);
    const decoded = decodeMigration(given);
    if (decoded.kind === 'text') return decoded.text;
    throw new Error(`${path}: it ${decoded.problem.message}`);
  };
  const entries = spec.files.map((path) => ({ path, read: () => read(path) }));
  const positions = new Map(spec.files.map((path, index) => [path, index]));
  return { before: (path) => entries.slice(0, positions.get(path) ?? entries.length) };
}
