/** `baseline --history` for people. Every text ends with a line break, so that it can be written as it is. */
import type {
  ExtraObject,
  HistoryDifference,
  Json,
  MigrationStand,
  StatementPlace,
  StatementStand,
  StatementVerdict,
} from '@idempotify/database';
import { type Colors, printable } from '../terminal.ts';
import { numeral, plural, shortened } from '../verify/reporters/words.ts';
import type { BaselineHistoryReport } from './history.ts';

const LINE_LENGTH = 300;
const SHOWN_MIGRATIONS = 40;
const SHOWN_STATEMENTS = 40;
const SHOWN_OBJECTS = 50;

const short = (text: string): string => printable(shortened(text, LINE_LENGTH));

const marks: Readonly<Record<StatementVerdict, string>> = {
  there: '✓',
  partly: '~',
  missing: '✗',
  overwritten: '·',
  nothing: '·',
  data: '?',
  'not run': '?',
};

const words: Readonly<Record<StatementVerdict, string>> = {
  there: 'there',
  partly: 'some of it is there',
  missing: 'not there',
  overwritten: 'replaced by later migrations',
  nothing: 'leaves nothing behind',
  data: 'writes rows: no catalog tells whether it was run',
  'not run': 'could not be replayed',
};

export function historyText(report: BaselineHistoryReport, c: Colors): string {
  const { migrations, tool, folder, servers } = report;
  const lines = [
    `${c.bold(printable(tool.title))}, ${plural(migrations.length, 'migration')} in ${printable(folder)}`,
    `  ${c.dim(`compared with ${servers.live}, replayed on ${servers.replay}`)}`,
    ...migrationLines(report, c),
    ...objectLines(report, c),
    ...ledgerLines(report, c),
    ...summaryLines(report, c),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** What can be marked is one line; behind it each migration has its own. */
function migrationLines(report: BaselineHistoryReport, c: Colors): string[] {
  const { migrations, markable } = report;
  const lines: string[] = [];
  if (markable > 0) {
    const [first, last] = [migrations[0]!, migrations[markable - 1]!];
    const range = markable === 1 ? short(first.path) : `${short(first.path)} … ${short(last.path)}`;
    lines.push(
      `  ${c.green('✓')} ${range}  ${c.green(markable === 1 ? 'there' : `${numeral(markable)} migrations are there`)}`,
    );
  }
  const rest = migrations.slice(markable);
  for (const [at, migration] of rest.slice(0, SHOWN_MIGRATIONS).entries())
    lines.push(...migrationLine(migration, markable + at, report, c));
  if (rest.length > SHOWN_MIGRATIONS) lines.push(`  and ${plural(rest.length - SHOWN_MIGRATIONS, 'more migration')}`);
  return lines;
}

function migrationLine(
  { path, verdict, statements }: MigrationStand,
  index: number,
  { gaps }: BaselineHistoryReport,
  c: Colors,
): string[] {
  const there = statements.filter((statement) => statement.verdict === 'there').length;
  const gap = gaps.includes(index) ? ', although a later one is' : '';
  const rows = statements.some(({ data }) => data);
  const [mark, said] = {
    there: [c.yellow('✓'), c.yellow(rows ? "there, but for rows, of which it can't be told" : 'there')],
    partly: [c.yellow('~'), c.yellow(`partly there: ${there} of ${plural(statements.length, 'statement')}${gap}`)],
    missing: [c.red('✗'), c.red(`not there${gap}`)],
    untold: [c.dim('·'), c.dim("can't be told")],
    'not run': [c.yellow('?'), c.yellow('could not be replayed')],
  }[verdict];
  const all = [...statements.entries()].filter(([, { data }]) => data || verdict === 'partly' || verdict === 'not run');
  return [
    `  ${mark} ${short(path)}  ${said}`,
    ...all.slice(0, SHOWN_STATEMENTS).map(([at, each]) => statementLine(each, at, c)),
    ...(all.length > SHOWN_STATEMENTS ? [`      and ${plural(all.length - SHOWN_STATEMENTS, 'more statement')}`] : []),
  ];
}

function statementLine({ verdict, text, reason, advice, line }: StatementStand, at: number, c: Colors): string {
  const paint = verdict === 'there' ? c.green : verdict === 'missing' ? c.red : c.yellow;
  const why = reason === undefined ? words[verdict] : `${words[verdict]}: ${short(reason)}`;
  const todo = advice === undefined ? '' : `; ${short(advice)}`;
  return `      ${paint(marks[verdict])} ${at + 1} line ${line}: ${short(text)}  ${c.dim(why + todo)}`;
}

function objectLines(report: BaselineHistoryReport, c: Colors): string[] {
  const { differences, extra, order } = report;
  const lines: string[] = [];
  const part = (title: string, all: readonly string[][]): void => {
    if (all.length === 0) return;
    lines.push(title, ...all.slice(0, SHOWN_OBJECTS).flat());
    if (all.length > SHOWN_OBJECTS) lines.push(`  and ${numeral(all.length - SHOWN_OBJECTS)} more`);
  };
  const of = (change: HistoryDifference['change']): HistoryDifference[] =>
    differences.filter((difference) => difference.change === change);
  const by = (place: StatementPlace): string => c.dim(`(${placeText(report, place)})`);
  part(
    c.red('missing'),
    of('missing').map(({ kind, name, expected, by: place }) => [
      `  ${short(`${kind} ${name}`)} ${by(place)}`,
      ...definition(expected).map((line) => `      ${line}`),
    ]),
  );
  part(
    c.red('different'),
    of('different').map(({ kind, name, expected, live, by: place }) => [
      `  ${short(`${kind} ${name}`)} ${by(place)}`,
      ...Object.keys({ ...expected, ...live }).flatMap((property) => [
        `      ${printable(property)}`,
        `        history  ${value(expected?.[property])}`,
        `        database ${value(live?.[property])}`,
      ]),
    ]),
  );
  part(
    c.red('should have been dropped'),
    of('left over').map(({ kind, name, by: place }) => [`  ${short(`${kind} ${name}`)} ${by(place)}`]),
  );
  part(
    c.dim('accepted as it is'),
    report.accepted.map(({ kind, name, change, by: place }) => [
      `  ${short(`${kind} ${name}`)}, ${change} ${by(place)}`,
    ]),
  );
  part(c.yellow('in the database, and made by no migration'), extra.map(extraLines));
  part(
    c.dim('in another order, which changes nothing'),
    order.map(({ kind, name, expected, live }) => [
      `  ${short(`${kind === 'column order' ? 'columns of' : 'labels of'} ${name}`)}`,
      `        history  ${short(expected.join(', '))}`,
      `        database ${short(live.join(', '))}`,
    ]),
  );
  return lines;
}

function extraLines({ kind, name, live }: ExtraObject): string[] {
  const more = Object.keys(live).filter((property) => /^(grants|label): /.test(property));
  const only = more.length > 0 && more.length === Object.keys(live).length;
  return [
    `  ${short(`${kind} ${name}`)}${only ? `: ${short(more.join(', '))}` : ''}`,
    ...(only ? [] : definition(live).map((line) => `      ${line}`)),
  ];
}

/** The one property that says most. */
function definition(properties: Readonly<Record<string, Json>> | null): string[] {
  const { definition: text, type, labels } = properties ?? {};
  const told = text ?? type ?? labels;
  return told == null ? [] : [value(told)];
}

const value = (json: Json | undefined): string =>
  json == null ? 'not set' : short(typeof json === 'string' ? json.replace(/\s+/g, ' ').trim() : JSON.stringify(json));

function placeText({ migrations }: BaselineHistoryReport, { migration, statement }: StatementPlace): string {
  const { path, statements } = migrations[migration]!;
  return `${short(path)}:${statements[statement]?.line ?? 1}`;
}

function ledgerLines({ ledger, migrations, markable }: BaselineHistoryReport, c: Colors): string[] {
  const { table, recorded, recordedOnly, contradictions, refused } = ledger;
  const name = (index: number): string => short(migrations[index]!.path);
  const marked = recorded?.filter((index) => index < markable).length ?? 0;
  return [
    ...(table !== undefined && recorded !== undefined && marked > 0
      ? [`${printable(table)} has ${numeral(marked)} of the ${plural(markable, 'migration')} that can be marked.`]
      : []),
    ...(recordedOnly.length > 0
      ? [
          c.red(`${printable(table ?? '')} has as applied what is not there as a whole:`),
          ...recordedOnly.slice(0, SHOWN_MIGRATIONS).map((index) => `  ${name(index)}`),
          ...(recordedOnly.length > SHOWN_MIGRATIONS
            ? [`  and ${numeral(recordedOnly.length - SHOWN_MIGRATIONS)} more`]
            : []),
        ]
      : []),
    ...contradictions.map((sentence) => `${c.red('ledger')} ${short(sentence)}`),
    ...(refused === undefined ? [] : [`${c.yellow('ledger')} ${short(refused)}`]),
  ];
}

function summaryLines(report: BaselineHistoryReport, c: Colors): string[] {
  const { migrations, stand, markable, withData, obstacle } = report;
  const all = markable === migrations.length;
  const lines: string[] = [];
  if (!stand) lines.push('Nothing of this history is in the database.');
  else if (all) lines.push(c.green('The database stands at the end of the history.'));
  else {
    const { path, statements } = migrations[stand.migration]!;
    const where =
      stand.statement === statements.length - 1
        ? `behind ${short(path)}`
        : `in ${short(path)}, behind statement ${stand.statement + 1} of ${statements.length}`;
    lines.push(`The database stands ${where}.`);
  }
  lines.push(
    (all ? c.green : c.yellow)(
      `${numeral(markable)} of ${plural(migrations.length, 'migration')} can be marked as applied${all ? '.' : '; the others stay pending.'}`,
    ),
  );
  if (obstacle) {
    const name = short(migrations[obstacle.migration]!.path);
    lines.push(
      {
        missing: `Not all that ${name} leaves is there: nothing from there on can be marked.`,
        'not run': `${name} can't be marked, nor what comes behind it: it could not be replayed.`,
        data: `${name} can't be marked, nor what comes behind it: it writes rows, and no catalog tells whether it was run.`,
        untold: `Nothing in the database tells whether ${name} was run.`,
      }[obstacle.why],
    );
  }
  if (withData > markable) {
    lines.push(
      `With --assume-data, ${numeral(withData)} can be marked: statements that write rows then count as run when something behind them certainly was.`,
    );
  }
  return lines;
}
