// Bundles the program into packages/cli/bundle: a few files instead of hundreds, which is half of its start. Run by npm's `prepack` and by the
// bench; `-- --remove` takes it away again, so that a checkout always runs what `tsc` has built last. Other packages stay what
// they are, those of this repository that the program needs at every start excepted.
import fs from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { root } from './packages.mjs';

const cli = path.join(root, 'packages/cli');
const out = path.join(cli, 'bundle');

export function removeBundle() {
  fs.rmSync(out, { recursive: true, force: true });
}

/** From what `tsc -b` has built. @param {string} [to] */
export async function writeBundle(to = out) {
  fs.rmSync(to, { recursive: true, force: true });
  const dist = path.join(cli, 'dist');
  const workers = fs.readdirSync(dist).filter((name) => name.endsWith('-worker.js'));
  await build({
    entryPoints: ['main.js', ...workers].map((name) => path.join(dist, name)),
    outdir: to,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // messages of errors keep their line breaks and names; only what nobody reads is left out
    minifySyntax: true,
    legalComments: 'inline',
    logLevel: 'warning',
    plugins: [
      {
        name: 'other packages stay outside',
        setup({ onResolve }) {
          onResolve({ filter: /^[^./]/ }, ({ path: name }) =>
            /^@idempotify\/(core|rules|codemods|javascript)(?:\/|$)/.test(name) ? undefined : { external: true },
          );
        },
      },
    ],
  });
}

if (process.argv[1] === import.meta.filename) {
  if (process.argv.includes('--remove')) removeBundle();
  else await writeBundle();
}
