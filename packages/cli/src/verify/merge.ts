/** Joins the reports of all shards. */
import fs from 'node:fs';
import path from 'node:path';
import { UsageError } from '../errors.ts';
import { glob } from 'tinyglobby';
import { printable } from '../terminal.ts';
import { type FolderProof, type MigrationReport, VERIFY_VERSION, type VerifyReport } from './report.ts';
import { summed } from './run.ts';

/**
 * @param paths of JSON reports, or patterns
 * @throws UsageError when a report can't be read, is of another run, or one is missing
 */
export async function mergeReports(
  paths: readonly string[],
  cwd: string,
  allowUnproven: boolean,
): Promise<VerifyReport> {
  const files = new Set<string>();
  for (const given of paths) {
    if (fs.existsSync(path.resolve(cwd, given))) files.add(path.resolve(cwd, given));
    else {
      const found = await glob(given, { cwd, absolute: true });
      if (found.length === 0) throw new UsageError(`--merge: there is no report ${printable(given)}`);
      for (const file of found) files.add(path.resolve(file));
    }
  }
  const reports = [...files].sort().map(read);
  const [first, ...others] = reports;
  if (!first) throw new UsageError('--merge: there is no report');
  for (const other of others) assertSameRun(first, other);
  assertComplete(reports);
  const folders = first.report.folders.map((folder, at): FolderProof => {
    const same = reports.map(({ report }) => report.folders[at]!);
    const whole = same.find(({ wholeHistory }) => wholeHistory)?.wholeHistory;
    return {
      ...folder,
      migrations: folder.migrations.map((_, index) => theOneThatSays(same.map(({ migrations }) => migrations[index]!))),
      ...(whole ? { wholeHistory: whole } : {}),
    };
  });
  const { shard: _shard, totals: _totals, exitCode: _exitCode, ...report } = first.report;
  const merged = summed(
    {
      ...report,
      server: reports.map(({ report: { server } }) => server).find((server) => server !== '') ?? '',
      folders,
      errors: reports.flatMap(({ report: { errors } }) => errors),
    },
    0,
    allowUnproven,
  );
  // they worked at the same time
  return {
    ...merged,
    totals: { ...merged.totals, ms: Math.max(...reports.map(({ report: { totals } }) => totals.ms)) },
  };
}

interface ReadReport {
  readonly file: string;
  readonly report: VerifyReport;
}

function read(file: string): ReadReport {
  const shown = printable(path.relative(process.cwd(), file));
  let report: Partial<VerifyReport>;
  try {
    report = JSON.parse(fs.readFileSync(file, 'utf8')) as Partial<VerifyReport>;
  } catch (error) {
    throw new UsageError(`--merge: ${shown} is no report: ${error instanceof Error ? error.message : String(error)}`);
  }
  const { version, folders, checks, errors, totals } = report ?? {};
  if (!Array.isArray(folders) || !Array.isArray(checks) || !Array.isArray(errors) || totals === undefined) {
    throw new UsageError(`--merge: ${shown} is no report that \`idempotify verify --json\` has written`);
  }
  if (version !== VERIFY_VERSION) {
    throw new UsageError(
      `--merge: ${shown} is of another version of idempotify (${String(version)}, not ${VERIFY_VERSION})`,
    );
  }
  return { file: shown, report: report as VerifyReport };
}

function assertSameRun(a: ReadReport, b: ReadReport): void {
  const about = ({ report }: ReadReport): string =>
    JSON.stringify([
      report.program,
      report.checks,
      report.shard?.of,
      report.folders.map(({ path: folder, tool, migrations }) => [folder, tool, migrations.map(({ name }) => name)]),
    ]);
  if (about(a) !== about(b)) {
    throw new UsageError(
      `--merge: ${a.file} and ${b.file} are not shards of one run: version, checks, number of shards, folders and migrations must be the same`,
    );
  }
}

function assertComplete(reports: readonly ReadReport[]): void {
  const of = reports[0]?.report.shard?.of;
  if (of === undefined) {
    if (reports.length > 1) throw new UsageError('--merge: these reports are of whole runs, not of shards');
    return;
  }
  const seen = new Map<number, string>();
  for (const { file, report } of reports) {
    const index = report.shard?.index ?? 0;
    const twice = seen.get(index);
    if (twice !== undefined) throw new UsageError(`--merge: ${twice} and ${file} are both shard ${index} of ${of}`);
    seen.set(index, file);
  }
  const missing = Array.from({ length: of }, (_, at) => at + 1).filter((index) => !seen.has(index));
  if (missing.length > 0)
    throw new UsageError(`--merge: the report of shard ${missing.join(', ')} of ${of} is missing`);
}

const theOneThatSays = (reports: readonly MigrationReport[]): MigrationReport =>
  reports.find(({ status }) => status !== 'elsewhere') ?? reports[0]!;
