// `npm run demo`: rewrites the example histories into rewritten/ and shows what changed. One statement of the examples is there to be
// refused (examples/README.md), which the program reports with exit code 1: here that is what was to be shown.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { root } from './packages.mjs';

const cli = path.join(root, 'packages/cli/dist/bin.js');
const { status } = spawnSync(process.execPath, [cli, 'examples', '--out-dir', 'rewritten', '--force', '--diff'], {
  cwd: root,
  stdio: 'inherit',
});
if (status === 1)
  console.log('\nOne statement was refused, as examples/README.md says. The rewritten files are in rewritten/.');
process.exitCode = status === 1 ? 0 : (status ?? 2);
