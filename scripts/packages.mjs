// The published packages: every workspace that is not private.
import fs from 'node:fs';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '..');

/** @returns {{ name: string, folder: string }[]} with absolute folders, in the order of the workspaces in package.json */
export function publishedPackages() {
  const { workspaces } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
  return workspaces
    .flatMap((/** @type {string} */ pattern) =>
      pattern.endsWith('/*')
        ? fs.readdirSync(path.join(root, pattern.slice(0, -2))).map((name) => `${pattern.slice(0, -2)}/${name}`)
        : [pattern],
    )
    .map((/** @type {string} */ folder) => path.join(root, folder))
    .filter((/** @type {string} */ folder) => fs.existsSync(path.join(folder, 'package.json')))
    .map((/** @type {string} */ folder) => {
      const manifest = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
      return { name: manifest.name, folder, private: manifest.private === true };
    })
    .filter((/** @type {{ private: boolean }} */ found) => !found.private);
}
