/** How programs are told where something is. */
import path from 'node:path';
import { hashOf } from '../hash.ts';
import type { LintFinding } from '../report.ts';

/** What paths are relative to for those who read the report: in CI the checkout, elsewhere the working directory. */
export function projectRoot(cwd: string): string {
  for (const name of ['GITHUB_WORKSPACE', 'CI_PROJECT_DIR']) {
    const root = process.env[name];
    if (root && isInside(cwd, path.resolve(root))) return path.resolve(root);
  }
  return cwd;
}

function isInside(child: string, parent: string): boolean {
  const relative = path.relative(parent, child);
  return !(relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative));
}

/** Relative to the project with '/', or absolute where the file lies outside of it. @param file as in the report */
export function projectPath(file: string, cwd: string, root: string): string {
  const absolute = path.resolve(cwd, file);
  return (isInside(absolute, root) ? path.relative(root, absolute) : absolute).split(path.sep).join('/');
}

/** Unlike `fingerprint` never the same for two findings: equal ones are counted. Give it the findings of a report in order. */
export function uniqueFingerprints(): (file: string, finding: Pick<LintFinding, 'rule' | 'fingerprint'>) => string {
  const seen = new Map<string, number>();
  return (file, { rule, fingerprint }) => {
    const key = `${file}\n${rule}\n${fingerprint}`;
    const count = seen.get(key) ?? 0;
    seen.set(key, count + 1);
    return Buffer.from(hashOf(`${key}\n${count}`), 'base64').toString('hex');
  };
}
