// Prints the one line that .ci/run ends with, from the report that vitest writes in CI (see vitest.config.ts).
import fs from 'node:fs';
import path from 'node:path';
import { root } from './packages.mjs';

const report = path.join(root, 'node_modules/.cache/test-report.json');
if (!fs.existsSync(report)) {
  console.log('0 passed, 1 failed (it stopped before the tests)');
} else {
  const { numPassedTests, numFailedTests, numTotalTests, success, testResults } = JSON.parse(
    fs.readFileSync(report, 'utf8'),
  );
  // A file that could not be loaded has no tests that could fail, and an error outside of every test belongs to none.
  const unloaded = testResults.filter(
    (/** @type {{ status: string, assertionResults: { status: string }[] }} */ file) =>
      file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length;
  const failed = numFailedTests + unloaded;
  const skipped = numTotalTests - numPassedTests - numFailedTests;
  console.log(
    `${numPassedTests} passed, ${success ? failed : Math.max(failed, 1)} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
  );
}
