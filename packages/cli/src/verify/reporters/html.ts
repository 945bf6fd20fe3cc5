/**
 * One HTML file for a reviewer: it needs no network and runs no script, so that it can be kept as the artifact of a CI
 * run and opened anywhere. What isn't proven comes first and with all details, what is proven gets one row.
 */
import type { ErrorReport, Failure, Place } from '@idempotify/database';
import type { FolderProof, MigrationReport, MigrationStatus, Unprovable, VerifyReport } from '../report.ts';
import { type FailureGroup, groupFailures, reasonsOf } from './groups.ts';
import { style } from './html-style.ts';
import {
  differencesTable,
  errorText,
  lineLink,
  listing,
  matrixTable,
  type Remark,
  rowsTable,
  sequencesTable,
  value,
} from './html-tables.ts';
import { type Markup, markup, scrolling } from './markup.ts';
import { checkTexts, duration, numeral, plural, runCount, statusWords, totalsSentence } from './words.ts';

/** A migration with the name that links to it have. */
interface Entry {
  readonly migration: MigrationReport;
  readonly id: string;
}

interface Part {
  readonly id: string;
  readonly title: string;
  readonly body: Markup;
}

export function verifyHtml(report: VerifyReport): string {
  const folders = report.folders.map((folder, at) => ({
    folder,
    entries: folder.migrations.map((migration, nth): Entry => ({ migration, id: `m${at + 1}-${nth + 1}` })),
  }));
  const all = folders.flatMap(({ entries }) => entries);
  const of = (status: MigrationStatus): Entry[] => all.filter(({ migration }) => migration.status === status);
  const { title, status } = verdictOf(report);

  const parts: Part[] = [
    ...errorsPart(report),
    ...summaryPart(of('failed'), of('unproven'), report),
    ...detailsPart('failed', 'Failed migrations', of('failed')),
    ...detailsPart('unproven', 'Migrations that are not proven', of('unproven')),
    ...wholeHistoryPart(report.folders),
    checkedPart(report),
    ...folders.map(({ folder, entries }, at) => folderPart(folder, entries, `folder${at + 1}`)),
  ];
  const { source } = markup`<html lang="en">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="color-scheme" content="light dark" />
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'" />
<title>${title} – idempotify verify</title>
<style>${style}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the report</a>
<header>
<p class="dim">idempotify verify</p>
<h1 class="verdict ${status}">${title}</h1>
<p>${totalsSentence(report)}.</p>
</header>
<nav aria-label="Parts of this report">
<ul>
${parts.map(({ id, title: name }) => markup`<li><a href="#${id}">${name}</a></li>\n`)}</ul>
</nav>
<main id="content" tabindex="-1">
${parts.map(
  ({ id, title: name, body }) => markup`<section aria-labelledby="${id}">
<h2 id="${id}">${name}</h2>
${body}</section>
`,
)}</main>
<footer>
<p>Written by idempotify ${report.program}.</p>
</footer>
</body>
</html>
`;
  return `<!DOCTYPE html>\n${source}`;
}

function verdictOf({ totals, errors, folders, checks }: VerifyReport): { title: string; status: MigrationStatus } {
  const histories = folders.flatMap(({ wholeHistory }) => wholeHistory?.verdict ?? []);
  if (totals.failed > 0) {
    return {
      title: `Failed: ${numeral(totals.failed)} of ${plural(totals.migrations, 'migration')}`,
      status: 'failed',
    };
  }
  if (histories.includes('failed')) {
    return { title: 'Failed: the whole history, run again, does not come out the same', status: 'failed' };
  }
  if (errors.length > 0) return { title: 'Incomplete: not everything could be run', status: 'failed' };
  if (totals.unproven > 0) {
    const title = `Not proven: nothing failed, but ${plural(totals.unproven, 'migration')} could not be shown to be right`;
    return { title, status: 'unproven' };
  }
  if (histories.includes('unproven')) {
    return { title: 'Not proven: the whole history could not be shown to be right', status: 'unproven' };
  }
  if (totals.proven === 0) return { title: 'Nothing was checked', status: 'elsewhere' };
  if (totals.elsewhere > 0) {
    const which = `${numeral(totals.proven)} of ${plural(totals.migrations, 'migration')}`;
    return { title: `Proven: ${which}; the others were not checked here`, status: 'proven' };
  }
  const which = totals.proven === 1 ? 'the migration' : `all ${numeral(totals.proven)} migrations`;
  // fewer checks show less than that
  const all = Object.keys(checkTexts).every((check) => checks.some((asked) => asked === check));
  return { title: `Proven: ${which}${all ? ' can be run again' : ''}`, status: 'proven' };
}

const badge = (status: MigrationStatus): Markup => markup`<span class="status ${status}">${statusWords[status]}</span>`;

function errorsPart({ errors }: VerifyReport): Part[] {
  if (errors.length === 0) return [];
  const body = markup`<ul>
${errors.map(
  ({ message, path }) =>
    markup`<li>${path === undefined ? undefined : markup`<span class="code">${path}</span>: `}${value(message)}</li>\n`,
)}</ul>
`;
  return [{ id: 'errors', title: 'What could not be run', body }];
}

function summaryPart(failed: readonly Entry[], unproven: readonly Entry[], { folders }: VerifyReport): Part[] {
  const histories = folders.filter(({ wholeHistory }) => wholeHistory && wholeHistory.verdict !== 'proven');
  if (failed.length + unproven.length + histories.length === 0) return [];
  const item = ({ migration, id }: Entry): Markup => {
    const titles = groupFailures(migration.failures).map(({ title }) => title);
    const [first, ...more] = titles.length > 0 ? titles : reasonsOf(migration).map(({ reason }) => reason);
    const rest = more.length > 0 ? ` (and ${more.length} more)` : '';
    const why = first === undefined ? '' : `: ${first}${rest}`;
    return markup`<li>${badge(migration.status)} <a href="#${id}">${migration.name}</a>${value(why)}</li>\n`;
  };
  const body = markup`<ul>
${failed.map(item)}${unproven.map(item)}${histories.map(
    ({ path, wholeHistory }) =>
      markup`<li>${badge(wholeHistory!.verdict)} <a href="#history">whole history of ${path}</a></li>\n`,
  )}</ul>
`;
  return [{ id: 'attention', title: 'What needs attention', body }];
}

function detailsPart(id: string, title: string, entries: readonly Entry[]): Part[] {
  return entries.length === 0 ? [] : [{ id, title, body: markup`${entries.map(migrationDetails)}` }];
}

function migrationDetails({ migration, id }: Entry): Markup {
  const { path, name, status, ms, original, failures, notes, sql } = migration;
  const groups = groupFailures(failures);
  const reasons = reasonsOf(migration);
  const compared = original.from === 'itself' ? 'nothing but itself' : `${original.path} (${original.from})`;
  return markup`<article aria-labelledby="${id}">
<h3 id="${id}">${name} ${badge(status)}</h3>
<dl class="facts">
<dt>File</dt><dd class="code">${path}</dd>
<dt>Compared with</dt><dd>${compared}</dd>
<dt>Effort</dt><dd>${plural(runCount(migration), 'run')} in ${duration(ms)}</dd>
${checksByVerdict(migration)}</dl>
${groups.map((group, at) => failureDetails(migration, group, { id, nth: at + 1, of: groups.length }))}${
    reasons.length > 0 ? unprovableDetails(migration, reasons, id) : undefined
  }${status === 'failed' ? matrixTable(migration, id) : undefined}${
    notes.length > 0
      ? markup`<h4>Notes</h4>\n<ul>\n${notes.map((note) => markup`<li>${value(note)}</li>\n`)}</ul>\n`
      : undefined
  }${
    sql === undefined
      ? undefined
      : markup`<details open="">
<summary>SQL of ${name}</summary>
${listing(sql, remarksOf(migration, groups), id, path)}</details>
`
  }</article>
`;
}

function checksByVerdict({ checks }: MigrationReport): Markup[] {
  const words = { failed: 'Failed', unproven: 'Not proven', proven: 'Proven' } as const;
  return (['failed', 'unproven', 'proven'] as const).flatMap((verdict) => {
    const of = checks
      .filter((check) => check.verdict === verdict)
      .map(({ check, reasons }) => (reasons.length > 0 ? `${check} (${reasons.join('; ')})` : check));
    return of.length === 0 ? [] : [markup`<dt>${words[verdict]}</dt><dd>${of.join(', ')}</dd>\n`];
  });
}

function failureDetails(
  migration: MigrationReport,
  { title, failure, count }: FailureGroup,
  { id, nth, of }: { id: string; nth: number; of: number },
): Markup {
  const { statement, error, after, differences, rows, sequences, advice } = failure;
  const { path, statements } = migration;
  const place = statement === undefined ? undefined : statements[statement];
  // the names of regions must differ, also from those in other folders
  const where = of > 1 ? `${path}, failure ${nth}` : path;
  return markup`<div class="found">
<h4>${of > 1 ? `Failure ${nth} of ${of}: ` : 'Failure: '}${value(title)}</h4>
${place && statement !== undefined ? placeText(migration, place, statement, id) : undefined}${
    error ? errorText(error) : undefined
  }${
    after !== undefined && count === 1 ? markup`<p>Stopped after <code>${value(after)}</code></p>\n` : undefined
  }${differencesTable(differences, 'Differences in the catalogs', where)}${rows.map((table) =>
    rowsTable(table, where),
  )}${sequencesTable(sequences, where)}${adviceText(advice)}</div>
`;
}

const placeText = (migration: MigrationReport, { line, column, text }: Place, statement: number, id: string): Markup =>
  markup`<p>${lineLink(migration, id, line, `Line ${line}, column ${column}`)}, statement ${statement + 1}: <code>${value(text)}</code></p>\n`;

const adviceText = (advice: Failure['advice']): Markup | undefined =>
  advice === undefined ? undefined : markup`<p class="advice"><strong>What to do:</strong> ${value(advice)}</p>\n`;

function unprovableDetails(migration: MigrationReport, reasons: readonly Unprovable[], id: string): Markup {
  return markup`<div class="found open">
<h4>Why it is not proven</h4>
<ul>
${reasons.map(({ line, column, reason, advice }) => {
  const place =
    line === undefined
      ? undefined
      : markup`${lineLink(migration, id, line, `Line ${line}${column === undefined ? '' : `, column ${column}`}`)}: `;
  return markup`<li>${place}${value(reason)}${adviceText(advice)}</li>\n`;
})}</ul>
</div>
`;
}

/** What the listing says: each error and each reason once, however many runs it came up in. */
function remarksOf(migration: MigrationReport, groups: readonly FailureGroup[]): Remark[] {
  const { statements } = migration;
  const remarks = new Map<string, Remark>();
  for (const { failure } of groups) {
    const place = failure.statement === undefined ? undefined : statements[failure.statement];
    if (!place) continue;
    const text = failure.error ? `raised here: ${errorLine(failure.error)}` : failure.title;
    remarks.set(`${place.start} ${text}`, { place, text, error: true });
  }
  for (const { line, column, reason } of migration.unprovable) {
    if (line === undefined) continue;
    const place = statements.find((one) => one.line === line && (column === undefined || one.column === column));
    const text = `not provable: ${reason}`;
    remarks.set(`${line} ${text}`, { place: place ?? { line, start: 0, end: 0 }, text, error: false });
  }
  return [...remarks.values()];
}

const errorLine = ({ code, message }: ErrorReport): string => `${code} ${message.replace(/\s+/g, ' ')}`;

function wholeHistoryPart(folders: readonly FolderProof[]): Part[] {
  const body = folders.flatMap(({ path, title, wholeHistory }) => {
    if (!wholeHistory) return [];
    const { verdict, failed, stopped, differences, rows } = wholeHistory;
    const outcome = {
      proven: 'All files were run again over the database that they leave, and nothing changed.',
      failed: 'All files were run again over the database that they leave, and it did not come out the same.',
      unproven: 'It could not be shown that all files can be run again over the database that they leave.',
    }[verdict];
    return [
      markup`<h3>${title}: ${path} ${badge(verdict)}</h3>
<p>${outcome}</p>
${raisedList(`${plural(failed.length, 'file')} raised an error`, failed)}${raisedList(
        `${plural(stopped.length, 'file')}: stopped by their guards, since a later file has changed what they make`,
        stopped,
      )}${differencesTable(differences, 'What is left over, lost or changed', `whole history of ${path}`)}${rows.map(
        (table) => rowsTable(table, `whole history of ${path}`),
      )}`,
    ];
  });
  return body.length === 0 ? [] : [{ id: 'history', title: 'The whole history, run again', body: markup`${body}` }];
}

const raisedList = (heading: string, files: NonNullable<FolderProof['wholeHistory']>['failed']): Markup | undefined =>
  files.length === 0
    ? undefined
    : markup`<h4>${heading}</h4>
<ul>
${files.map(
  ({ path: file, line, statement, error }) =>
    markup`<li><span class="code">${file}${line === undefined ? '' : `:${line}`}</span>${statement === undefined ? undefined : markup`: <code>${value(statement)}</code>`}${errorText(error)}</li>\n`,
)}</ul>
`;

function checkedPart({ checks, server, shard, folders }: VerifyReport): Part {
  const body = markup`<dl class="facts">
<dt>Server</dt><dd>${server === '' ? 'None was needed: everything had been proven before.' : server}</dd>
${shard ? markup`<dt>Part</dt><dd>${shard.index} of ${shard.of}; the other parts are in reports of their own.</dd>\n` : undefined}${checks.map(
    (check) => markup`<dt>Check: ${check}</dt><dd>${checkTexts[check]}</dd>\n`,
  )}${folders.map(({ path, title, transactions }) => markup`<dt>${title}: ${path}</dt><dd>${transactions}</dd>\n`)}</dl>
`;
  return { id: 'checked', title: 'What was checked', body };
}

function folderPart({ path, title }: FolderProof, entries: readonly Entry[], id: string): Part {
  const label = `Migrations in ${path}, in the order in which they are run`;
  const body = scrolling(
    label,
    markup`<table class="history">
<caption>${label}</caption>
<thead><tr><th scope="col">Migration</th><th scope="col">Status</th><th scope="col">Checks</th><th scope="col" class="n">Runs</th><th scope="col" class="n">Time</th></tr></thead>
<tbody>
${entries.map(historyRow)}</tbody>
</table>`,
  );
  return { id, title: `${title}: ${path} (${plural(entries.length, 'migration')})`, body };
}

function historyRow({ migration, id }: Entry): Markup {
  const { name, status, cached, checks, ms } = migration;
  const detailed = status === 'failed' || status === 'unproven';
  const open = checks.filter(({ verdict }) => verdict !== 'proven');
  const told =
    open.length > 0
      ? open.map(({ check, verdict }) => `${check} ${statusWords[verdict]}`).join(', ')
      : checks.length > 0
        ? `all ${checks.length} proven`
        : '';
  return markup`<tr><th scope="row">${detailed ? markup`<a href="#${id}">${name}</a>` : name}</th><td>${badge(status)}${
    cached ? ' earlier' : ''
  }</td><td>${told}</td><td class="n">${status === 'elsewhere' ? '' : numeral(runCount(migration))}</td><td class="n">${
    status === 'elsewhere' ? '' : duration(ms)
  }</td></tr>\n`;
}
