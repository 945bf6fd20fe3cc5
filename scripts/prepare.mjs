// npm's `prepare`: points git at .husky/. Does nothing where there is nothing to point at: no .git (a tarball, a Docker
// layer), no dev dependencies, or CI.
import fs from 'node:fs';

if (process.env.CI === undefined && fs.existsSync('.git')) {
  try {
    const { default: husky } = await import('husky');
    const message = husky();
    if (message) console.log(message);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error;
  }
}
