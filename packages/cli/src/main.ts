/** The command line: parses it, runs the command, gives the exit code. */
import { Command, CommanderError } from 'commander';
import { baselineCommand } from './commands/baseline.ts';
import { explainCommand } from './commands/explain.ts';
import { initCommand } from './commands/init.ts';
import { lintCommand } from './commands/lint.ts';
import { rewriteCommand } from './commands/rewrite.ts';
import { verifyCommand } from './commands/verify.ts';
import { UsageError } from './errors.ts';
import { surviveOutputErrors } from './output.ts';
import { packageVersion } from './package.ts';

const EXIT_USAGE = 2;

/**
 * Runs the program.
 *
 * @param args the command line without the program's name
 * @returns the exit code; wrong use and failures are told on standard error and never thrown
 */
export async function main(args: readonly string[]): Promise<number> {
  surviveOutputErrors();
  let exitCode = 0;
  const program = new Command('idempotify')
    .version(packageVersion(), '--version', 'print the version')
    .helpCommand(false)
    .enablePositionalOptions();
  const done = (code: number): void => {
    exitCode = code;
  };
  const rewrite = rewriteCommand(() => new Command('rewrite'), done);
  const verify = verifyCommand(() => new Command('verify'), done);
  const lint = lintCommand(() => new Command('lint'), done);
  const explain = explainCommand(() => new Command('explain'), done);
  const baseline = baselineCommand(() => new Command('baseline'), done);
  const init = initCommand(() => new Command('init'), done);
  program
    .addCommand(rewrite, { isDefault: true })
    .addCommand(verify)
    .addCommand(lint)
    .addCommand(explain)
    .addCommand(baseline)
    .addCommand(init);
  // who asks for help without a command is told about the default one
  program.outputHelp = () => rewrite.outputHelp();
  for (const command of [program, rewrite, verify, lint, explain, baseline, init]) {
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
