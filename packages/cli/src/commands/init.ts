/** The command `init` for the command line. What it does lies in ../init, and is loaded when it is used. */
import type { Command } from 'commander';
import type { InitOptions } from '../init/command.ts';

const EXAMPLES = `
Examples:
  $ idempotify init --dry-run          show what would be written
  $ idempotify init                    show it, ask, write it
  $ idempotify init --yes --hook git   write it without asking, with a hook of this clone
  $ idempotify init --yes migrations   for migrations that lie in no usual place, or are still to come
  $ idempotify init --undo --yes       put everything back as it was before

Exit codes:
  0  it is set up or undone, or nothing was to be done or wanted
  1  with --undo: a file was changed since, and stays as it is
  2  wrong use, no terminal to ask at, or a file could not be read or written; then nothing was`;

/**
 * @param create makes an empty command
 * @param done is given the exit code
 */
export function initCommand(create: () => Command, done: (exitCode: number) => void): Command {
  return create()
    .description(
      'Sets up idempotify for the project in this folder: the config file, a hook that rewrites and lints what is about to be ' +
        'committed, ESLint, and CI. What is there already is found and kept; nothing is written before it was shown.',
    )
    .argument('[folders...]', 'migration folders; without any, the usual places are looked at')
    .option('-y, --yes', 'write without asking, also over files that are there')
    .option('--dry-run', 'show what would be written; write nothing')
    .option('--undo', 'put everything back as it was before init')
    .option(
      '--hook <kind>',
      'husky, lint-staged, pre-commit, git or none (default: what the project has; else it is asked for, and git without a terminal)',
    )
    .option('--ci <name>', 'github, gitlab or none (default: what the project has)')
    .option('--no-eslint', 'leave the ESLint config alone')
    .option('--color', 'colours, also when the output is no terminal')
    .option('--no-color', 'no colours')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', EXAMPLES)
    .configureHelp({ commandUsage: () => 'idempotify init [options] [folders...]' })
    .action(async (folders: string[], _options, self: Command) => {
      const given: InitOptions = Object.fromEntries(
        Object.entries(self.opts<InitOptions>()).filter(([name]) => self.getOptionValueSource(name) === 'cli'),
      );
      const { runInitCommand } = await import('../init/command.ts');
      done(await runInitCommand(folders, given));
    });
}
