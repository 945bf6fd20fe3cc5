/** The command `baseline` for the command line. What it does lies in ../baseline, and is loaded when it is used. */
import type { Command } from 'commander';
import type { BaselineCommandOptions } from '../baseline/options.ts';

const EXAMPLES = `
Examples:
  $ idempotify baseline --url postgres://me@localhost/shop
                          write the schema as the first migration of the project's tool
  $ idempotify baseline --url postgres://me@localhost/shop --mark-applied
                          prove that the database has all of it, and tell the tool so
  $ idempotify baseline --output schema.sql
                          only the SQL; the database is the one of PGHOST, PGDATABASE, PGSERVICE …
  $ idempotify baseline --split schema/
                          a file for each object, and all.sql that runs them in order
  $ idempotify baseline --from-dump dump.sql
                          from the text of pg_dump --schema-only, without a database

Passwords are best kept in ~/.pgpass or PGPASSWORD: what stands on a command line, others can see.

Exit codes:
  0  it is written, or marked as applied
  1  something is left for a person: the database and the baseline differ, or a dump has what no baseline can be made of
  2  wrong use, or the database, the disk or the folder of migrations ended the run; nothing is left half done`;

/**
 * @param create makes an empty command
 * @param done is given the exit code
 */
export function baselineCommand(create: () => Command, done: (exitCode: number) => void): Command {
  const number = (value: string): number => (/^\d+(\.\d+)?$/.test(value) ? Number(value) : NaN);
  const several = (value: string, before: readonly string[] | undefined): string[] => [...(before ?? []), value];
  return create()
    .description(
      'Writes the complete schema of a database that is older than its migrations as their first one: it can be run anywhere\n' +
        'and again, changes nothing where all is there, builds it where nothing is, and stops where something differs.\n' +
        'The database is only read.',
    )
    .argument('[folder]', "the migrations folder (default: the usual places, or where the project's tool looks)")
    .option(
      '--url <url>',
      'the database, postgres://user@host/database; what it leaves out is taken from PG* variables',
    )
    .option('--from-dump <file>', 'the text of pg_dump --schema-only instead of a database; - is standard input')
    .option('--tool <name>', 'the migration tool, instead of recognising it')
    .option('--name <name>', "what the migration is called (default: the tool's habit, such as 0_init, or baseline)")
    .option('--variant <name>', 'how the tool shall have it, where there are several ways; a wrong name lists them')
    .option('--output <file>', 'write only the SQL, there; - is standard output')
    .option('--split <folder>', 'write a file for each object, by schema and kind, and one that runs them all')
    .option('--dry-run', 'write nothing, only report')
    .option('--force', 'write over a baseline that an earlier run has written')
    .option('--schema <pattern>', 'only this schema; * and ? stand for other characters; may be repeated', several)
    .option('--exclude <pattern>', 'leave out a schema, or schema.relation; may be repeated', several)
    .option('--no-grants', 'leave out who may do what')
    .option('--no-comments', 'leave out comments')
    .option('--no-owner', 'leave out who owns what: whoever runs it does')
    .option('--secrets', 'also write passwords of user mappings, servers and subscriptions')
    .option(
      '--mark-applied',
      'prove that the database has all of the baseline, then write that into the ledger of the tool',
    )
    .option('--print-ledger-sql', 'only print the statements that would do that')
    .option('--ledger-schema <name>', 'the schema of the table in which the tool keeps what is applied')
    .option('--ledger-table <name>', 'the name of that table')
    .option('--history <folder>', 'write no baseline: compare the database with the migrations that are there already')
    .option('--server <url>', 'with --history: a real server to replay them on, instead of the embedded one')
    .option('--disposable-server', 'the server of --server is there for nothing else: migrations may make roles there')
    .option('--prelude <file>', 'with --history: SQL that the replay starts with')
    .option('--assume-data', 'with --history: what only writes rows counts as run when something behind it was')
    .option('--accept <object>', 'with --history: it may be as it is, "index public.a"; may be repeated', several)
    .option('--statement-timeout <seconds>', 'after which a query is given up (default: 60)', number)
    .option('--json', 'the report as one JSON document')
    .option('--quiet', 'report only warnings and errors')
    .option('--verbose', 'report everything that is left out, by name')
    .option('--config <file>', 'the config file, instead of looking for one')
    .option('--no-config', 'use no config file')
    .option('--color', 'colours, also when the output is no terminal')
    .option('--no-color', 'no colours')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', EXAMPLES)
    .configureHelp({ commandUsage: () => 'idempotify baseline [options] [folder]' })
    .action(async (folder: string | undefined, _options, self: Command) => {
      const given = Object.fromEntries(
        Object.entries(self.opts<BaselineCommandOptions>()).filter(
          ([name]) => self.getOptionValueSource(name) === 'cli',
        ),
      );
      const { runBaselineCommand } = await import('../baseline/command.ts');
      done(await runBaselineCommand(folder, given));
    });
}
