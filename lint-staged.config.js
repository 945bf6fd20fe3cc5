// What .husky/pre-commit does with staged files.
import fs from 'node:fs';
import path from 'node:path';

const quoted = (files) => files.map((file) => JSON.stringify(file)).join(' ');

// The inputs in docs/, examples/ and test/ are not rerunnable on purpose.
const isMigration = (file) => !/^(docs|examples|test)[\\/]/.test(path.relative(import.meta.dirname, file));

const bin = 'packages/cli/dist/bin.js';

export default {
  '*.sql': (files) => {
    const migrations = files.filter(isMigration);
    if (migrations.length === 0) return [];
    return [...(fs.existsSync(bin) ? [] : ['npm run build']), `node ${bin} --check ${quoted(migrations)}`];
  },
  '*.{ts,mjs,js}': (files) => [
    `prettier --check ${quoted(files)}`,
    `eslint --max-warnings 0 --no-warn-ignored ${quoted(files)}`,
  ],
  '*.{json,md,yml}': (files) => `prettier --check --ignore-unknown ${quoted(files)}`,
};
