import type { HistoryRule } from '@idempotify/core';

/** What file managers, editors and merge tools call a copy. */
const COPY =
  /(?: copy(?: \d+)?| - copy(?: \(\d+\))?| ?\(\d+\)|\.sql(?:~|\.(?:bak|backup|old|orig|save|rej))|\.(?:bak|orig))$|^copy[ _-](?:\(\d+\) )?of[ _-]/i;
/** What people call one: means something only beside its original. */
const VARIANT = /[-_. ](?:copy|backup|bkp|bak|fixed|old|orig|original|final|new|v\d+)$/i;

const withoutEnding = (name: string): string => name.replace(/\.sql$/, '');

/** Everything that has a name below the folder: its files, and the folders that they lie in. */
function entriesOf(files: readonly string[]): Map<string, { readonly folder: string; readonly name: string }> {
  const entries = new Map<string, { folder: string; name: string }>();
  for (const file of files) {
    let folder = '';
    for (const part of file.split('/')) {
      entries.set(`${folder}${part}`, { folder, name: withoutEnding(part) });
      folder += `${part}/`;
    }
  }
  return entries;
}

export const rule: HistoryRule = {
  kind: 'history',
  name: 'leftover-copy',
  category: 'history',
  severity: 'warning',
  presets: ['recommended'],
  summary: 'A copy of a migration lies beside the migrations',
  check(history, report) {
    const entries = entriesOf(history.folder.files);
    const names = new Set([...entries.values()].map(({ folder, name }) => `${folder}${name}`));
    const run = new Set(history.files.map(({ path }) => path));
    for (const [path, { folder, name }] of entries) {
      const original = folder + name.replace(VARIANT, '');
      const variant = original !== folder + name && names.has(original);
      if (!variant && !COPY.test(name)) continue;
      const runs = [...run].some((file) => file === path || file.startsWith(`${path}/`));
      report(
        { path },
        {
          message: `${variant ? `This looks like a variant of ${original}` : 'The name says that this is a copy'}, and ${runs ? 'it runs as a migration of its own' : 'the tool never runs it'}: nobody can tell which of the two counts.`,
          help: runs
            ? 'Delete it if it has been applied nowhere; else give the next one a name that says what it does.'
            : 'Delete it: what it was is kept by version control.',
        },
      );
    }
  },
};
