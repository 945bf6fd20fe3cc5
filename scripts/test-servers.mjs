// `npm run test:servers [-- vitest arguments]`: all tests that run SQL, each also on real PostgreSQL 14, 16 and 18, or on
// those majors that IDEMPOTIFY_TEST_SERVERS names. (CI leaves out versions that show nothing new: test/support/servers.ts.)
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { root } from './packages.mjs';

process.env.IDEMPOTIFY_TEST_SERVERS ??= '14,16,18';
process.env.IDEMPOTIFY_TEST_EVERYWHERE ??= 'yes';
const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');
const { status } = spawnSync(process.execPath, [vitest, 'run', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
process.exit(status ?? 1);
