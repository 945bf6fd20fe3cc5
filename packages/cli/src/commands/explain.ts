/** The command `explain` for the command line. */
import type { Command } from 'commander';

const EXAMPLES = `
Examples:
  $ idempotify explain                   all rules of the linter
  $ idempotify explain ban-drop-table    what a rule finds, why, and what to do instead`;

/**
 * @param create makes an empty command
 * @param done is given the exit code
 */
export function explainCommand(create: () => Command, done: (exitCode: number) => void): Command {
  return create()
    .description('Explains a rule of the linter, or lists all rules.')
    .argument('[rule]', "the rule's name, or squawk's name of it")
    .option('--color', 'colours, also when the output is no terminal')
    .option('--no-color', 'no colours')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', EXAMPLES)
    .configureHelp({ commandUsage: () => 'idempotify explain [rule]' })
    .action(async (rule: string | undefined, _options, self: Command) => {
      const color = self.getOptionValueSource('color') === 'cli' ? self.opts<{ color?: boolean }>().color : undefined;
      const { runExplain } = await import('../lint/explain.ts');
      done(runExplain(rule, color));
    });
}
