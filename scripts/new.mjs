// `npm run new-guard -- NAME` and `npm run new-tool -- NAME`: write a source file and its test from scripts/templates.
import fs from 'node:fs';
import path from 'node:path';
import prettier from 'prettier';
import { root } from './packages.mjs';

const [kind = '', name = ''] = process.argv.slice(2);
/** @type {Record<string, { folder: string, next: string }>} */
const kinds = {
  guard: {
    folder: 'guards',
    next: 'Register its reader under the name of the tree node (CreateStmt, …) in packages/core/src/guards/registry.ts.',
  },
  tool: { folder: 'tools', next: 'Add it to the list in packages/core/src/tools/registry.ts.' },
};
if (!kinds[kind] || !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
  console.error(`usage: npm run new-${kinds[kind] ? kind : 'guard|tool'} -- NAME, in lower case: my-name`);
  process.exit(2);
}
const { folder, next } = kinds[kind];
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
const files = [
  { template: `${kind}.ts.txt`, target: `packages/core/src/${folder}/${name}.ts` },
  { template: `${kind}.test.ts.txt`, target: `test/core/${folder}/${name}.test.ts` },
];
for (const { target } of files) {
  if (!fs.existsSync(path.join(root, target))) continue;
  console.error(`${target} is there already; nothing was written`);
  process.exit(2);
}
for (const { template, target } of files) {
  const text = fs.readFileSync(path.join(root, 'scripts/templates', template), 'utf8');
  const full = path.join(root, target);
  fs.mkdirSync(path.dirname(full), { recursive: true });
  const filled = text.replace(/__[A-Z]+__/g, (key) => values[key] ?? key);
  fs.writeFileSync(full, await prettier.format(filled, { ...(await prettier.resolveConfig(full)), filepath: full }));
  console.log(`wrote ${target}`);
}
console.log(next);
