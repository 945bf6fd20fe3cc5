/** idempotify's own config file, with what squawk's says. */
import path from 'node:path';
import { packageVersion } from '../package.ts';
import { printable } from '../terminal.ts';
import type { Draft } from './draft.ts';
import type { Project } from './project.ts';
import { depend } from './runner.ts';

export function setUpConfig(draft: Draft, project: Project): void {
  const { root, config, squawk, migrations, manifest } = project;
  if (manifest) depend(draft, project, manifest, { idempotify: `^${packageVersion()}` });
  if (config !== undefined) {
    draft.note(`${printable(path.relative(root, config))} configures idempotify already and stays as it is.`);
    return;
  }
  const lint: Record<string, unknown> = {};
  let why = 'where the migrations are';
  if (squawk) {
    const shown = printable(path.relative(root, squawk.file));
    why += `, and what ${shown} says`;
    if (Object.keys(squawk.rules).length > 0) lint['rules'] = squawk.rules;
    if (squawk.ignore) {
      // patterns are relative to the file that they stand in
      const up = path.relative(root, squawk.base).split(path.sep).join('/');
      lint['ignore'] = squawk.ignore.map((pattern) => (up === '' ? pattern : `${up}/${pattern}`));
    }
    for (const note of squawk.notes) draft.note(`${shown}: ${note}.`);
    if (squawk.assumeInTransaction) {
      draft.note(
        `${shown}: assume_in_transaction is not taken over. idempotify knows what the migration tool does about transactions; with --preset squawk it reads ${shown} itself.`,
      );
    }
  }
  const content = {
    paths: migrations.map((each) => each.path),
    ...(squawk?.pgVersion === undefined ? {} : { pgVersion: squawk.pgVersion }),
    ...(Object.keys(lint).length > 0 ? { lint } : {}),
  };
  draft.write(path.join(root, '.idempotifyrc.json'), `${shortLists(JSON.stringify(content, undefined, 2))}\n`, why);
}

/** Lists that fit into a line stand in one, as formatters write them. */
const shortLists = (json: string): string =>
  json.replace(/^(.*)\[\n((?: +".*"(?:,\n|\n))+) *\]/gm, (whole, head: string, items: string) => {
    const line = `${head}[${items.trim().replace(/\n\s*/g, ' ')}]`;
    return line.length <= 80 ? line : whole;
  });
