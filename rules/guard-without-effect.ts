import { factsOf, quoteIdent, quoteLiteral, type Branch, type LintFile, type SqlRule } from '@idempotify/core';
import { lookupsOf, type Lookup } from './lib/lookups.ts';

const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** The names that the branch makes (or drops, when the guard asks whether something is there), of the kind that is looked for. */
function namesIn(branch: Branch, lookup: Lookup): string[] {
  const wanted = lookup.negated ? 'create' : 'drop';
  return branch.statements
    .flatMap((statement) => factsOf(statement))
    .filter(({ op, cls }) => cls === lookup.of.cls && (op === wanted || op === 'rename'))
    .flatMap(({ name, to }) => (to === undefined ? [name] : [name, to]))
    .map((name) => name.replace(/\(.*$/, ''));
}

/** PostgreSQL makes indexes and sequences along with a table: `users_pkey`, `users_id_seq`. */
const comesWith = (table: string, name: string): boolean => name.startsWith(`${table}_`);

function check(branch: Branch, file: LintFile): { readonly lookup: Lookup; readonly made: string } | undefined {
  const lookups = lookupsOf(branch.condition, file);
  for (const lookup of lookups) {
    const names = namesIn(branch, lookup);
    const [made] = names;
    if (made === undefined) continue;
    // a condition may ask for several things; one of them has to be the one
    const asked = lookups.filter(({ of }) => of.cls === lookup.of.cls);
    if (!asked.some(({ name }) => names.some((one) => sameName(one, name) || comesWith(one, name))))
      return { lookup, made };
  }
  return undefined;
}

export const rule: SqlRule = {
  kind: 'sql',
  name: 'guard-without-effect',
  category: 'guard',
  severity: 'error',
  presets: ['recommended', 'rerun'],
  summary: 'A guard looks for another name than that of the object that it guards',
  on: {
    DoStmt(statement, file, report) {
      for (const branch of file.codeOf(statement).branches) {
        const found = check(branch, file);
        if (!found) continue;
        const { lookup, made } = found;
        const what = lookup.of.what.replace(/^an? /, '');
        report({
          at: lookup.at,
          message: lookup.negated
            ? `The guard asks for the ${what} ${quoteIdent(lookup.name)}, but makes ${quoteIdent(made)}: a second run makes that again and fails, or skips it because of the other.`
            : `The guard asks for the ${what} ${quoteIdent(lookup.name)}, but drops ${quoteIdent(made)}: a second run drops that again and fails, or never does it.`,
          help: `Ask for the name of what is guarded: ${quoteLiteral(made)}.`,
        });
      }
    },
  },
};
