import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// CI also runs the proofs on real servers; elsewhere `npm run test:servers` does.
const ci = process.env['CI'] !== undefined;
if (ci) process.env['IDEMPOTIFY_TEST_SERVERS'] ??= '14,16,18';

/** What takes a minute and more: were one of them left for the end, one core would have nothing to do meanwhile. */
const slow = ['cli/verify', 'e2e/generated', 'codemods/guards', 'codemods/cases', 'database/snapshot', 'e2e/examples'];

class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const at = slow.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
      return at === -1 ? slow.length : at;
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  resolve: {
    // Tests run the sources, so that a stale dist/ can never pass for the code under test.
    alias: [
      { find: /^@idempotify\/core$/, replacement: source('./packages/core/src/index.ts') },
      { find: /^@idempotify\/database$/, replacement: source('./packages/database/src/index.ts') },
      { find: /^@idempotify\/codemods$/, replacement: source('./codemods/index.ts') },
      { find: /^@idempotify\/codemods\/js$/, replacement: source('./codemods/js/index.ts') },
      { find: /^@idempotify\/rules$/, replacement: source('./rules/index.ts') },
      { find: /^@idempotify\/javascript$/, replacement: source('./packages/javascript/src/index.ts') },
      { find: /^eslint-plugin-idempotify$/, replacement: source('./packages/eslint-plugin/src/index.ts') },
      { find: /^idempotify$/, replacement: source('./packages/cli/src/index.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['./test/support/prepare-servers.ts'],
    // starting PGlite alone takes seconds on a busy machine
    testTimeout: 60_000,
    hookTimeout: 180_000,
    // proofs wait for servers most of the time
    maxWorkers: 2,
    sequence: { sequencer: SlowestFirst },
    // scripts/test-summary.mjs reads the report
    reporters: ci ? ['default', 'json'] : ['default'],
    outputFile: { json: source('./node_modules/.cache/test-report.json') },
  },
});
