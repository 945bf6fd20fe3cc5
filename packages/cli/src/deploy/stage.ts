/** When something runs, as its name tells. */
import type { DeployStage } from '@idempotify/core';

const PRODUCTION = new Set(['prod', 'production', 'live']);
const DEV =
  /^(?:dev|develop|development|devcontainer|tests?|testing|e2e|spec|local|localhost|lint|debug|watch|sandbox|playground|demo|examples?|bench|benchmark|storybook|cypress|playwright|jest|vitest|coverage|check|checks|setup|reset|pr|preview|previews|verify|validate)$/;
const BUILD = /^(?:(?:pre|post)?build|(?:pre|post)?install|prepare)$/;
const START = /^(?:(?:pre|post)?start|serve|server|entrypoint|boot|startup|web|cmd|up)$/;
const RELEASE = /^(?:(?:pre|post)?deploy|deployment|release|released|prod|production|staging|live|cd|rollout|ship)$/;

const wordsOf = (name: string): string[] =>
  name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);

/** Of a script, a job, a target or a file. */
export function stageOfName(name: string): DeployStage {
  const words = wordsOf(name);
  const has = (pattern: RegExp): boolean => words.some((word) => pattern.test(word));
  if (has(DEV) && !words.some((word) => PRODUCTION.has(word))) return 'dev';
  if (has(BUILD)) return 'build';
  if (has(START)) return 'start';
  return has(RELEASE) ? 'release' : 'other';
}

/** What a file's name says of everything in it: Dockerfile.dev, docker-compose.test.yml. */
export const isDevFile = (base: string): boolean =>
  /(?:^|[._-])(?:dev|develop|development|devcontainer|tests?|testing|e2e|local|override|ci)(?:[._-]|$)/i.test(base) &&
  !/prod/i.test(base);

/** What the folders say that a file is in. */
export const isDevFolder = (file: string): boolean =>
  file
    .split('/')
    .slice(0, -1)
    .some((folder) => stageOfName(folder) === 'dev');

/** What a job's name, its stage, its environment and its workflow say; the first that says something. */
export function stageOfJob(
  names: readonly (string | undefined)[],
  more: { readonly environment: boolean; readonly database: boolean },
): DeployStage {
  if (more.environment) return 'release';
  // a database of its own: whatever happens to it is over with the job
  if (more.database) return 'dev';
  for (const name of names) {
    if (name === undefined) continue;
    const stage = stageOfName(name);
    if (stage === 'dev') return 'dev';
    if (stage === 'release') return 'release';
  }
  return 'other';
}
