// `npm run new-guard -- NAME`, `npm run new-tool -- NAME`, `npm run new-rule -- NAME`: write a source file and its test from
// scripts/templates; of a rule, also its doc.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import prettier from 'prettier';
import { root } from './packages.mjs';

// the third is for tests: another root to write into
const [kind = '', name = '', into = root] = process.argv.slice(2);
/** @type {Record<string, { files: Record<string, string>, next: string }>} */
const kinds = {
  guard: {
    files: ofCore('guard', 'guards'),
    next: 'Register its reader under the name of the tree node (CreateStmt, …) in packages/core/src/guards/registry.ts.',
  },
  tool: { files: ofCore('tool', 'tools'), next: 'Add it to the list in packages/core/src/tools/registry.ts.' },
  rule: {
    files: {
      'rule.ts.txt': `rules/${name}.ts`,
      'rule.md.txt': `rules/docs/${name}.md`,
      'rule.sql.txt': `test/rules/fixtures/${name}.sql`,
    },
    next: `It is in rules/all.ts already. \`npx vitest run test/rules -t ${name}\` runs its fixture and the examples in its doc, \`npm run mutate-rules -- ${name}\` shows conditions that no case needs, \`npm run docs\` fills in the tables.`,
  },
};

/** @param {string} kind @param {string} folder */
function ofCore(kind, folder) {
  return {
    [`${kind}.ts.txt`]: `packages/core/src/${folder}/${name}.ts`,
    [`${kind}.test.ts.txt`]: `test/core/${folder}/${name}.test.ts`,
  };
}

if (!kinds[kind] || !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
  console.error(`usage: npm run new-${kinds[kind] ? kind : 'guard|tool|rule'} -- NAME, in lower case: my-name`);
  process.exit(2);
}
const { next } = kinds[kind];
const files = Object.entries(kinds[kind].files).map(([template, target]) => ({ template, target }));
const words = name.replaceAll('-', ' ');
const pascal = name.replace(/(?:^|-)(.)/g, (_all, first) => first.toUpperCase());
/** @type {Record<string, string>} */
const values = {
  __NAME__: name,
  __WORDS__: words,
  __TITLE__: words.toUpperCase(),
  __PASCAL__: pascal,
  __CAMEL__: pascal[0].toLowerCase() + pascal.slice(1),
};
for (const { target } of files) {
  if (!fs.existsSync(path.join(into, target))) continue;
  console.error(`${target} is there already; nothing was written`);
  process.exit(2);
}
for (const { template, target } of files) {
  const text = fs.readFileSync(path.join(root, 'scripts/templates', template), 'utf8');
  const full = path.join(into, target);
  fs.mkdirSync(path.dirname(full), { recursive: true });
  const filled = text.replace(/__[A-Z]+__/g, (key) => values[key] ?? key);
  // no formatter for SQL
  const formatted = full.endsWith('.sql')
    ? filled
    : await prettier.format(filled, { ...(await prettier.resolveConfig(path.join(root, target))), filepath: full });
  fs.writeFileSync(full, formatted);
  console.log(`wrote ${target}`);
}
if (kind === 'rule' && into === root) {
  const { status } = spawnSync(process.execPath, [path.join(root, 'scripts/rules.mjs')], { stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}
console.log(next);
