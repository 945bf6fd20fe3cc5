/**
 * JUnit XML as GitHub's actions, GitLab and Jenkins read it: a suite per folder, a test case per migration and check.
 * What another shard proves is left out: the CI system puts the files of all shards together.
 */
import type { CheckName, Failure } from '@idempotify/database';
import type { XMLElement } from 'xmlbuilder';
import type { FolderProof, MigrationReport, Unprovable, VerifyReport, WholeHistoryReport } from '../report.ts';
import { groupFailures, reasonsOf } from './groups.ts';
import { rowsText, runCount, sequenceText, visible } from './words.ts';

interface Case {
  readonly className: string;
  readonly name: string;
  readonly file?: string;
  readonly ms: number;
  /** Nothing when it passed. The message is one line, the text is the details. */
  readonly outcome?: { readonly tag: 'failure' | 'skipped' | 'error'; readonly message: string; readonly text: string };
}

interface Suite {
  readonly name: string;
  readonly properties: readonly (readonly [name: string, value: string])[];
  readonly cases: readonly Case[];
  readonly ms: number;
}

export async function verifyJunit(report: VerifyReport): Promise<string> {
  // only this reporter needs it
  const { create } = await import('xmlbuilder');
  const suites = [...report.folders.map((folder) => folderSuite(report, folder)), ...errorSuite(report)];
  const root = create('testsuites', { encoding: 'UTF-8' });
  attributes(root, { name: 'idempotify verify', ...counts(suites.flatMap(({ cases }) => cases)) });
  root.att('time', seconds(report.totals.ms));
  for (const suite of suites) {
    const element = root.ele('testsuite');
    attributes(element, { name: suite.name, ...counts(suite.cases), time: seconds(suite.ms) });
    const properties = element.ele('properties');
    for (const [name, value] of suite.properties) attributes(properties.ele('property'), { name, value });
    for (const one of suite.cases) caseElement(element, one);
  }
  return `${root.end({ pretty: true })}\n`;
}

function caseElement(parent: XMLElement, { className, name, file, ms, outcome }: Case): void {
  const element = parent.ele('testcase');
  attributes(element, { classname: className, name, ...(file === undefined ? {} : { file }), time: seconds(ms) });
  if (!outcome) return;
  const child = element.ele(outcome.tag);
  attributes(child, { message: outcome.message, ...(outcome.tag === 'skipped' ? {} : { type: name }) });
  if (outcome.text !== '') child.txt(visible(outcome.text));
}

function attributes(element: XMLElement, values: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(values)) element.att(name, visible(value));
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3);

function counts(cases: readonly Case[]): Record<'tests' | 'failures' | 'errors' | 'skipped', string> {
  const count = (tag: string): string => `${cases.filter(({ outcome }) => outcome?.tag === tag).length}`;
  return { tests: `${cases.length}`, failures: count('failure'), errors: count('error'), skipped: count('skipped') };
}

function folderSuite({ server, program }: VerifyReport, folder: FolderProof): Suite {
  const { path, title, transactions, migrations, wholeHistory } = folder;
  const cases = migrations.filter(({ status }) => status !== 'elsewhere').flatMap(migrationCases);
  return {
    name: path,
    properties: [
      ['tool', title],
      ['transactions', transactions],
      ['server', server === '' ? 'none was needed' : server],
      ['idempotify', program],
    ],
    cases: wholeHistory ? [...cases, historyCase(path, wholeHistory)] : cases,
    ms: cases.reduce((sum, { ms }) => sum + ms, 0),
  };
}

function migrationCases(migration: MigrationReport): Case[] {
  const { path, name, checks, failures, cached, status } = migration;
  const reasons = reasonsOf(migration);
  const runs = Math.max(1, runCount(migration));
  const cases = checks.map((check): Case => {
    const found = failures.filter((failure) => failure.check === check.check);
    // what an earlier run took isn't this run's
    const ms = cached ? 0 : (migration.ms * check.runs) / runs;
    const base = { className: name, name: check.check, file: path, ms };
    if (found.length > 0 || check.verdict === 'failed') return { ...base, outcome: failed(migration, found) };
    if (check.verdict === 'proven') return base;
    return { ...base, outcome: skipped(migration, check.reasons, reasons) };
  });

  // nothing that was found may be lost because no check claims it
  const claimed = new Set<CheckName>(checks.map(({ check }) => check));
  const rest = failures.filter(({ check }) => !claimed.has(check));
  const tag = (wanted: string): boolean => cases.some(({ outcome }) => outcome?.tag === wanted);
  const whole = { className: name, name: 'whole file', file: path, ms: cached || cases.length > 0 ? 0 : migration.ms };
  if (rest.length > 0 || (status === 'failed' && !tag('failure'))) {
    cases.push({ ...whole, outcome: failed(migration, rest) });
  } else if (status === 'unproven' && !tag('skipped')) {
    cases.push({ ...whole, outcome: skipped(migration, [], reasons) });
  }
  return cases;
}

function failed(migration: MigrationReport, failures: readonly Failure[]): NonNullable<Case['outcome']> {
  const groups = groupFailures(failures);
  return {
    tag: 'failure',
    message: groups.map(({ title }) => title).join('; ') || 'failed',
    text: groups.map(({ title, failure }) => [title, ...details(migration, failure)].join('\n')).join('\n\n'),
  };
}

function details({ path, statements }: MigrationReport, failure: Failure): string[] {
  const { statement, error, differences, rows, sequences, advice } = failure;
  const place = statement === undefined ? undefined : statements[statement];
  return [
    ...(place ? [`${path}:${place.line}:${place.column} ${place.text}`] : []),
    ...(error ? [`${error.code} ${error.message}`] : []),
    ...(error?.detail === undefined ? [] : [`detail: ${error.detail}`]),
    ...(error?.hint === undefined ? [] : [`hint: ${error.hint}`]),
    ...differences.map(({ text }) => text),
    ...rows.flatMap((table) => [
      rowsText(table),
      ...table.missing.map((row) => `  missing ${row}`),
      ...table.extra.map((row) => `  too many ${row}`),
    ]),
    ...sequences.map(sequenceText),
    ...(advice === undefined ? [] : [`what to do: ${advice}`]),
  ];
}

function skipped(
  { path }: MigrationReport,
  ofCheck: readonly string[],
  ofFile: readonly Unprovable[],
): NonNullable<Case['outcome']> {
  const message = (ofCheck.length > 0 ? ofCheck : ofFile.map(({ reason }) => reason)).join('; ') || 'no reason known';
  const lines = ofFile.map(({ line, column, reason, advice }) => {
    const place = line === undefined ? path : `${path}:${line}${column === undefined ? '' : `:${column}`}`;
    return `${place} ${reason}${advice === undefined ? '' : `\nwhat to do: ${advice}`}`;
  });
  return { tag: 'skipped', message: `not proven: ${message}`, text: lines.join('\n') };
}

function historyCase(path: string, history: WholeHistoryReport): Case {
  const base = { className: path, name: 'whole history', ms: 0 };
  const { verdict, failed: files, differences, rows } = history;
  if (verdict === 'proven') return base;
  const lines = [
    ...files.map(({ path: file, line, statement, error }) =>
      [
        `${file}${line === undefined ? '' : `:${line}`}: ${error.code} ${error.message}`,
        ...(statement === undefined ? [] : [`  ${statement}`]),
      ].join('\n'),
    ),
    ...differences.map(({ text }) => text),
    ...rows.map(rowsText),
  ];
  const text = lines.join('\n');
  return verdict === 'failed'
    ? { ...base, outcome: { tag: 'failure', message: 'run again, the history does not come out the same', text } }
    : { ...base, outcome: { tag: 'skipped', message: `not proven: ${text || 'no reason known'}`, text: '' } };
}

/** What kept the run from being done is no test case, and yet a CI system must not show it as green. */
function errorSuite({ errors, program }: VerifyReport): Suite[] {
  if (errors.length === 0) return [];
  return [
    {
      name: 'idempotify',
      properties: [['idempotify', program]],
      cases: errors.map(({ message, path }) => ({
        className: 'idempotify',
        name: path ?? 'run',
        ...(path === undefined ? {} : { file: path }),
        ms: 0,
        outcome: { tag: 'error', message, text: message },
      })),
      ms: 0,
    },
  ];
}
