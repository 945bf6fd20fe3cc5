/** The command `lint` for the command line. What it does lies in ../lint, and is loaded when it is used. */
import type { Command } from 'commander';
import type { LintCommandOptions } from '../lint/command.ts';

const EXAMPLES = `
Examples:
  $ idempotify lint migrations/                        what is found, for people
  $ idempotify lint --fix migrations/                  and correct what has a certain correction
  $ idempotify lint --preset strict --rule ban-drop-table=off migrations/
  $ idempotify lint --staged                           in a pre-commit hook: what is about to be committed
  $ idempotify lint --since origin/main --format github
                                                       in CI: only what the branch has changed
  $ idempotify lint --update-ignores migrations/       take what is there for known; only new findings are told
  $ idempotify lint --stdin --stdin-filepath migrations/002_add.sql < migrations/002_add.sql

Exit codes:
  0  no error was found, and no more warnings than --max-warnings
  1  an error was found, or more warnings than --max-warnings
  2  wrong use, or a file could not be read or written`;

/**
 * @param create makes an empty command
 * @param done is given the exit code
 */
export function lintCommand(create: () => Command, done: (exitCode: number) => void): Command {
  const integer = (value: string): number => (/^\d+$/.test(value) ? Number(value) : NaN);
  const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];
  return create()
    .description(
      'Finds what goes wrong with PostgreSQL migrations before they are run: what locks or loses, what fails on a second run, ' +
        'what does not fit to the migrations before it, and how the project runs them. idempotify explain RULE says more.',
    )
    .argument('[paths...]', 'folders, files and globs; without any, the usual places are looked at')
    .option('--preset <name>', 'recommended, strict, rerun or squawk (default: "recommended")')
    .option('--rule <name=severity>', 'one rule: off, warning or error; may be given several times', collect)
    .option('--fix', 'correct what has a certain correction')
    .option('--fix-dry-run', 'show what --fix would change as a unified diff; write nothing')
    .option('--max-warnings <n>', 'more warnings than that give exit code 1', integer)
    .option('--quiet', 'report only errors and the total')
    .option('--since <rev>', 'only files that have changed since HEAD and this git revision parted')
    .option('--staged', 'only files that are staged in git, as they are staged')
    .option('--stdin', 'lint standard input')
    .option(
      '--stdin-filepath <path>',
      'the file that standard input stands for: tells the tool and the other migrations',
    )
    .option(
      '--known-findings <file>',
      'findings that are known and not told (default: .idempotify-known.json, if it is there)',
    )
    .option('--no-known-findings', 'tell known findings, too')
    .option(
      '--update-ignores',
      'write what is found now into the file of known findings, and drop what is no longer found',
    )
    .option(
      '--report-unused-disable <severity>',
      'for comments that disable what is not found: off, warning or error (default: "warning")',
    )
    .option('--no-history', 'no rules about the order of migrations and what they do to each other')
    .option('--no-deploy', 'no rules about how the project runs its migrations')
    .option(
      '--pg-version <major>',
      'the oldest PostgreSQL that the migrations have to run on, 12 to 18 (default: 14)',
      integer,
    )
    .option('--tool <name>', 'the migration tool, instead of recognising it')
    .option('--ignore <glob...>', 'leave these files alone')
    .option('--format <name>', 'stylish, json, sarif, github, gitlab, codeclimate, junit or gcc (default: "stylish")')
    .option('-o, --output-file <file>', 'write the report there')
    .option('--watch', 'lint again whenever a file changes')
    .option(
      '--cache-dir <dir>',
      'where results are kept (default: node_modules/.cache/idempotify, or ~/.cache/idempotify)',
    )
    .option('--cache', 'keep results, so that only what has changed is linted again (the default)')
    .option('--no-cache', 'lint everything anew, and keep nothing')
    .option(
      '--cache-strategy <name>',
      'what tells that a file has changed: metadata (size and times) or content (default: "metadata")',
    )
    .option('--workers <n>', 'threads beside the main one (default: decided by the number of files)', integer)
    .option('--config <file>', 'the config file, instead of looking for one')
    .option('--no-config', 'use no config file, and no .squawk.toml')
    .option('--color', 'colours, also when the output is no terminal')
    .option('--no-color', 'no colours')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', EXAMPLES)
    .configureHelp({ commandUsage: () => 'idempotify lint [options] [paths...]' })
    .action(async (paths: string[], _options, self: Command) => {
      const given = Object.fromEntries(
        Object.entries(self.opts<LintCommandOptions>()).filter(([name]) => self.getOptionValueSource(name) === 'cli'),
      );
      const { runLintCommand } = await import('../lint/command.ts');
      done(await runLintCommand(paths, given));
    });
}
