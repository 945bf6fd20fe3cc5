// npm's `prepack` of every published package: builds, and copies what npm takes only from the package's own folder.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { writeBundle } from './bundle.mjs';

const root = path.resolve(import.meta.dirname, '..');
execFileSync(process.execPath, [path.join(root, 'node_modules/typescript/bin/tsc'), '-b'], {
  cwd: root,
  stdio: 'inherit',
});
fs.copyFileSync(path.join(root, 'LICENSE'), 'LICENSE');
if (JSON.parse(fs.readFileSync('package.json', 'utf8')).name === 'idempotify') {
  fs.copyFileSync(path.join(root, 'README.md'), 'README.md');
  await writeBundle();
}
