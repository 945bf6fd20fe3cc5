/** The command line: parses it, runs the command, gives the exit code. */
import fs from 'node:fs';
import { Command, CommanderError } from 'commander';
import { rewriteCommand } from './commands/rewrite.ts';
import { UsageError } from './errors.ts';

const EXIT_USAGE = 2;

/**
 * Runs the program.
 *
 * @param args the command line without the program's name
 * @returns the exit code; wrong use and failures are told on standard error and never thrown
 */
export async function main(args: readonly string[]): Promise<number> {
  let exitCode = 0;
  const program = new Command('idempotify')
    .version(packageVersion(), '--version', 'print the version')
    .helpCommand(false)
    .enablePositionalOptions();
  const rewrite = rewriteCommand(
    () => new Command('rewrite'),
    (code) => {
      exitCode = code;
    },
  );
  program.addCommand(rewrite, { isDefault: true });
  // who asks for help without a command is told about the default one
  program.outputHelp = () => rewrite.outputHelp();
  for (const command of [program, rewrite]) {
    command.exitOverride().showHelpAfterError('idempotify --help lists the options.');
  }
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
    if (error instanceof UsageError) process.stderr.write(`error: ${error.message}\n`);
    else
      process.stderr.write(
        `error: this is a bug of idempotify, please report it: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
      );
    return EXIT_USAGE;
  }
}

function packageVersion(): string {
  const manifest = JSON.parse(fs.readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}
