import { parseSql, quoteLiteral, type HistoryRule, type LintHistory } from '@idempotify/core';
import { addedValue, usesOf, type AddedValue } from './lib/enum-values.ts';
import { printedName } from './lib/names.ts';

interface Added extends AddedValue {
  readonly file: number;
}

/** The values that a file adds. Its facts tell whether it is worth reading. */
function valuesOf(history: LintHistory, file: number): readonly Added[] {
  const { facts, path, text } = history.files[file] as LintHistory['files'][number];
  // mutant: only saves time
  if (!facts.some(({ cls, op }) => cls === 'label' && op === 'create')) return [];
  const content = text();
  return parseSql(content, { ranges: history.tool.sections(content, path).up })
    .statements.map(addedValue)
    .filter((value) => value !== undefined)
    .map((value) => ({ ...value, file }));
}

export const rule: HistoryRule = {
  kind: 'history',
  name: 'enum-value-used-across-files',
  category: 'transaction',
  severity: 'error',
  presets: ['recommended', 'rerun'],
  summary: 'A later migration uses a new value of an enum, and the tool runs all pending migrations in one transaction',
  check(history, report) {
    const { files, tool, folder, pgVersion } = history;
    // a tool does it with all files or with none
    const [first] = files;
    if (!first || tool.transactions('', first.path, folder).scope !== 'all-pending') return;
    const added: Added[] = [];
    files.forEach(({ path, text }, file) => {
      // since 18, a new database can use the values of types that are as new; what runs together elsewhere is mostly two neighbours
      const near = added.filter((one) => pgVersion < 18 || file - one.file === 1);
      added.push(...valuesOf(history, file));
      // mutant: only saves time
      if (near.length === 0) return;
      const content = text();
      // mutant: only saves time
      const wanted = near.filter(({ value }) => content.includes(quoteLiteral(value).slice(1, -1)));
      // mutant: only saves time
      if (wanted.length === 0) return;
      for (const statement of parseSql(content, { ranges: tool.sections(content, path).up }).statements)
        for (const one of wanted)
          for (const at of usesOf(one, statement, content))
            report(
              { file },
              {
                at,
                message: `${quoteLiteral(one.value)} is added to ${printedName(one.type)} by ${files[one.file]?.path}. ${tool.title} runs all pending migrations in one transaction: where both are pending, PostgreSQL refuses to use the new value (55P04).`,
                help: `Deploy them apart.${pgVersion < 18 ? ' A new database runs them together all the same: make the type with all its values there, or run the migrations up to the first one alone.' : ''}`,
              },
            );
    });
  },
};
