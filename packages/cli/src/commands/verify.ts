/** The command `verify` for the command line. What it does lies in ../verify, and is loaded when it is used. */
import type { Command } from 'commander';
import type { VerifyCommandOptions } from '../verify/options.ts';

const EXAMPLES = `
Examples:
  $ idempotify verify migrations/                     prove every migration on the embedded PostgreSQL
  $ idempotify verify migrations/ --whole-history     and that all of them can be run again over the result
  $ idempotify verify migrations/ --original old/     and that they do what the originals did
  $ idempotify verify migrations/ --html report.html  a report to open in a browser
  $ idempotify verify migrations/ --url postgres://localhost/postgres
                                                      on a real server, in databases that are made for it
                                                      and dropped; the one in the URL is not touched
  $ idempotify verify migrations/ --shard 1/3 --json > 1.json
  $ idempotify verify --merge 1.json 2.json 3.json    the work of three machines as one report

Exit codes:
  0  everything that was asked for is proven
  1  something failed or could not be proven
  2  wrong use, or the server, the disk or a statement that hangs ended the run`;

/**
 * @param create makes an empty command
 * @param done is given the exit code
 */
export function verifyCommand(create: () => Command, done: (exitCode: number) => void): Command {
  const number = (value: string): number => (/^\d+(\.\d+)?$/.test(value) ? Number(value) : NaN);
  const list = (value: string): string[] => value.split(',').map((each) => each.trim());
  return create()
    .description(
      'Proves on a real PostgreSQL that migrations can be run again: replays the history in throw-away databases, stops each\n' +
        'migration after every statement, runs it again, and compares catalogs and rows. Nothing has to be installed or started.',
    )
    .argument('[paths...]', 'folders, files and globs; with --merge, reports of shards')
    .option('--original <dir>', 'the migrations as they were before they were rewritten')
    .option('--original-ref <rev>', 'the git revision that has them, when no folder does (default: HEAD)')
    .option('--url <url>', 'a real server, postgres://user:password@host/database; needs the right CREATEDB')
    .option('--disposable-server', 'the server of --url is there for nothing else: migrations may make roles there')
    .option('--prelude <file>', 'SQL that every database starts with: what something else than the migrations provides')
    .option('--checks <list>', 'only these: fresh,second run,interrupted,rows,drift (default: all)', list)
    .option('--whole-history', 'also run all files again over the database that they leave')
    .option('--statement-timeout <seconds>', 'after which a statement is given up (default: 60)', number)
    .option('--allow-unproven', 'exit code 0 although something could not be proven, if nothing failed')
    .option('--shard <i/n>', 'only the i-th of n parts of the work')
    .option('--merge', 'join the JSON reports of all shards into one')
    .option('--workers <n>', 'servers that work at the same time (default: one for each processor, at most 4)', number)
    .option(
      '--cache-dir <dir>',
      'where proofs are kept (default: node_modules/.cache/idempotify, or ~/.cache/idempotify)',
    )
    .option('--no-cache', 'prove everything anew, and keep nothing')
    .option('--ignore <glob...>', 'leave these files alone')
    .option('--tool <name>', 'the migration tool, instead of recognising it')
    .option('--json', 'the report as one JSON document')
    .option('--junit <file>', 'write the report as JUnit XML')
    .option('--html <file>', 'write the report as one HTML file')
    .option('--quiet', 'report only what is not proven, and the total')
    .option('--config <file>', 'the config file, instead of looking for one')
    .option('--no-config', 'use no config file')
    .option('--color', 'colours, also when the output is no terminal')
    .option('--no-color', 'no colours')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', EXAMPLES)
    .configureHelp({ commandUsage: () => 'idempotify verify [options] [paths...]' })
    .action(async (paths: string[], _options, self: Command) => {
      const given = Object.fromEntries(
        Object.entries(self.opts<VerifyCommandOptions>()).filter(([name]) => self.getOptionValueSource(name) === 'cli'),
      );
      const { runVerifyCommand } = await import('../verify/command.ts');
      done(await runVerifyCommand(paths, given));
    });
}
