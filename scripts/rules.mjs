// `npm run rules`: writes rules/all.ts from the files in rules/. `-- --check` only compares, and is part of `npm run check`.
import fs from 'node:fs';
import path from 'node:path';
import prettier from 'prettier';
import { root } from './packages.mjs';

const folder = path.join(root, 'rules');
const target = path.join(folder, 'all.ts');
const OWN = new Set(['all.ts', 'index.ts', 'presets.ts']);
const names = fs
  .readdirSync(folder)
  .filter((name) => name.endsWith('.ts') && !OWN.has(name))
  .map((name) => name.slice(0, -'.ts'.length))
  .sort();
const variable = (/** @type {string} */ name) => name.replace(/-(.)/g, (_all, letter) => letter.toUpperCase());
const text = `/** All rules, by name. Written by \`npm run rules\`. */
import type { Rule } from '@idempotify/core';
${names.map((name) => `import { rule as ${variable(name)} } from './${name}.ts';`).join('\n')}

export const rules: readonly Rule[] = [${names.map(variable).join(', ')}];
`;
const after = await prettier.format(text, { ...(await prettier.resolveConfig(target)), filepath: target });
const before = fs.existsSync(target) ? fs.readFileSync(target, 'utf8') : '';
if (before !== after) {
  if (process.argv.includes('--check')) {
    console.error('rules/all.ts does not list the files in rules/; run `npm run rules`');
    process.exit(1);
  }
  fs.writeFileSync(target, after);
}
