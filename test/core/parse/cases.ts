import { existsSync, readFileSync } from 'node:fs';

/** The SQL of the case collection next to the project, when it is there. */
export function allCases(): { readonly name: string; readonly sql: string }[] {
  const file = new URL('../../../../shared/cases/cases-open.json', import.meta.url); // ../shared/cases
  if (!existsSync(file)) return [];
  const cases = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, unknown>>[];
  const found = [];
  for (const entry of cases) {
    for (const part of ['setup', 'migration', 'cleanup', 'live']) {
      const sql = entry[part];
      if (typeof sql === 'string' && sql.trim() !== '') found.push({ name: `${String(entry['name'])} ${part}`, sql });
    }
  }
  return found;
}
