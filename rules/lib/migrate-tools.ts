/** What a command line does to a database by way of a migration tool. */

/**
 * - `migrate`: runs the migrations that are pending.
 * - `push`: makes the schema what the models say, without migrations.
 * - `reset`: drops what is there, with its rows.
 * - `dev`: makes new migrations, and resets the database when it sees fit.
 * - `resolve`: changes what is recorded as applied, without running it.
 * - `sql`: psql runs a file.
 */
export type ToolAction = 'migrate' | 'push' | 'reset' | 'dev' | 'resolve' | 'sql';

export interface ToolCall {
  readonly tool: string;
  readonly action: ToolAction;
  /** As people say it: 'prisma migrate deploy'. */
  readonly label: string;
  /** What stands behind the tool's name. */
  readonly args: readonly string[];
}

/** A subcommand as words in this order, flags between them; with flags that have to be there, too. */
interface Known {
  readonly action: ToolAction;
  readonly words: readonly string[];
  /** One of these has to be there, where there are any. */
  readonly flags: readonly string[];
}

const known = (action: ToolAction, words: string, ...flags: string[]): Known => ({
  action,
  words: words.split(' '),
  flags,
});

/** The first that fits counts. */
const TOOLS: Readonly<Record<string, readonly Known[]>> = {
  prisma: [
    known('migrate', 'migrate deploy'),
    known('reset', 'migrate reset'),
    known('dev', 'migrate dev'),
    known('resolve', 'migrate resolve'),
    known('reset', 'db push', '--accept-data-loss', '--force-reset'),
    known('push', 'db push'),
  ],
  'drizzle-kit': [
    known('migrate', 'migrate'),
    known('reset', 'push', '--force'),
    known('reset', 'push:pg', '--force'),
    known('push', 'push'),
    known('push', 'push:pg'),
  ],
  knex: [
    known('migrate', 'migrate:latest'),
    known('migrate', 'migrate:up'),
    known('reset', 'migrate:rollback', '--all'),
  ],
  typeorm: [
    known('resolve', 'migration:run', '--fake', '-f'),
    known('migrate', 'migration:run'),
    known('reset', 'schema:drop'),
    known('reset', 'schema:sync'),
  ],
  sequelize: [known('migrate', 'db:migrate'), known('reset', 'db:drop'), known('reset', 'db:migrate:undo:all')],
  'mikro-orm': [
    known('migrate', 'migration:up'),
    known('reset', 'migration:fresh'),
    known('reset', 'schema:fresh'),
    known('reset', 'schema:drop', '--run', '-r'),
    known('push', 'schema:update', '--run', '-r'),
  ],
  kysely: [known('migrate', 'migrate latest'), known('migrate', 'migrate up'), known('migrate', 'migrate:latest')],
  'node-pg-migrate': [known('resolve', 'up', '--fake'), known('migrate', 'up')],
  'graphile-migrate': [known('migrate', 'migrate'), known('reset', 'reset'), known('dev', 'watch')],
  flyway: [known('reset', 'clean'), known('resolve', 'repair'), known('migrate', 'migrate')],
  liquibase: [
    known('reset', 'drop-all'),
    known('reset', 'dropAll'),
    known('resolve', 'changelog-sync'),
    known('resolve', 'changelogSync'),
    known('migrate', 'update'),
  ],
  goose: [known('reset', 'reset'), known('migrate', 'up')],
  dbmate: [known('reset', 'drop'), known('migrate', 'up'), known('migrate', 'migrate')],
  atlas: [
    known('migrate', 'migrate apply'),
    known('resolve', 'migrate set'),
    known('push', 'schema apply'),
    known('reset', 'schema clean'),
  ],
  migrate: [known('reset', 'drop'), known('resolve', 'force'), known('migrate', 'up')],
  diesel: [
    known('migrate', 'migration run'),
    known('reset', 'database reset'),
    known('reset', 'database drop'),
    known('migrate', 'database setup'),
  ],
  sqlx: [known('migrate', 'migrate run'), known('reset', 'database reset'), known('reset', 'database drop')],
  supabase: [
    known('migrate', 'db push'),
    // without one of these it is about the database on the developer's machine
    known('reset', 'db reset', '--linked', '--db-url'),
    known('migrate', 'migration up', '--linked', '--db-url'),
    known('resolve', 'migration repair'),
  ],
  rails: [
    known('migrate', 'db:migrate'),
    known('migrate', 'db:prepare'),
    known('reset', 'db:drop'),
    known('reset', 'db:reset'),
    known('reset', 'db:schema:load'),
    known('reset', 'db:structure:load'),
  ],
};

/** Other names of their programs. */
const ALIASES: Readonly<Record<string, string>> = {
  'sequelize-cli': 'sequelize',
  'typeorm-ts-node-commonjs': 'typeorm',
  'typeorm-ts-node-esm': 'typeorm',
  'kysely-ctl': 'kysely',
  rake: 'rails',
};

/** Programs that only talk about what stands behind them. */
const TALK =
  /^(?:echo|printf|e?grep|rg|cat|log|logger|test|\[|which|type|command|git|sed|awk|tee|ls|rm|cp|mv|mkdir|touch|cd|export|chmod|chown|find|alias|trap|hash)$/;

/** In an address, as the driver of goose, in the name of a folder or of a variable. */
const OTHER_DATABASE = /(?<![a-z])(?:mysql|mariadb|sqlite3?|clickhouse|mssql|sqlserver|mongodb)(?![a-z])/i;

export const baseName = (word: string): string => word.slice(word.lastIndexOf('/') + 1);

/** A word as the name of a tool: `node_modules/.bin/prisma`, `prisma@6`, `node_modules/prisma/build/index.js`. */
export function toolOf(word: string): string | undefined {
  const script = /(?:^|\/)node_modules\/(?:@[\w-]+\/)?([\w-]+)\/.+\.[cm]?js$/.exec(word);
  const name =
    script?.[1] ??
    baseName(word)
      .replace(/(?<=.)@.*$/, '')
      .replace(/\.(?:js|exe|cmd|sh)$/, '');
  const tool = ALIASES[name] ?? name;
  return tool === 'psql' || Object.hasOwn(TOOLS, tool) ? tool : undefined;
}

export const talks = (name: string): boolean => TALK.test(baseName(name));

/**
 * What the words of a command run, whatever stands before the tool (`npx`, `dotenv -e .env --`, `timeout 60`, `docker compose exec app`).
 *
 * @param input whether something is read from a file or a pipe
 */
export function toolCall(words: readonly string[], input: boolean): ToolCall | undefined {
  const [first = ''] = words;
  // `command -v prisma` asks; `exec` and `command` themselves run what follows
  if (talks(first) && !(first === 'command' && !/^-[vV]/.test(words[1] ?? ''))) return undefined;
  for (const [index, word] of words.entries()) {
    const tool = toolOf(word);
    if (tool === undefined) continue;
    const args = words.slice(index + 1);
    if (args.includes('--help') || args.some((arg) => OTHER_DATABASE.test(arg))) return undefined;
    const found = tool === 'psql' ? psqlCall(args, input) : toolSubcommand(tool, args);
    if (found) return found;
  }
  return undefined;
}

function toolSubcommand(tool: string, args: readonly string[]): ToolCall | undefined {
  const entry = TOOLS[tool]?.find(({ words, flags }) => {
    let from = 0;
    for (const word of words) {
      const at = args.indexOf(word, from);
      if (at === -1) return false;
      from = at + 1;
    }
    return (
      flags.length === 0 ||
      args.some((arg) => flags.some((flag) => arg === flag || (arg.startsWith(`${flag}=`) && !arg.endsWith('=false'))))
    );
  });
  if (!entry) return undefined;
  const flag = entry.flags.find((each) => args.some((arg) => arg === each || arg.startsWith(`${each}=`)));
  return {
    tool,
    action: entry.action,
    label: [tool, ...entry.words, ...(flag === undefined ? [] : [flag])].join(' '),
    args,
  };
}

function psqlCall(args: readonly string[], input: boolean): ToolCall | undefined {
  const file = args.some((arg) => /^(?:-\w*f|--file(?:=|$))/.test(arg));
  const other = args.some((arg) => /^(?:-\w*[clV?]|--command(?:=|$)|--list$|--version$)/.test(arg));
  return file || (input && !other)
    ? { tool: 'psql', action: 'sql', label: file ? 'psql -f' : 'psql', args }
    : undefined;
}
