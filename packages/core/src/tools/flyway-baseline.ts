import { quoteLiteral } from '../quote.ts';
import {
  anyOf,
  complaint,
  ended,
  existing,
  knownMigrations,
  mustBeFirst,
  mustBeOnly,
  mustBeWhole,
  slug,
  tableRef,
} from './baseline.ts';
import { basename, slashes } from './paths.ts';
import { BaselineRefused, type Baselines, type Tool } from './types.ts';

const named = /^([VUB])(\d+(?:[._]\d+)*)__(.*)\.sql$/i;

/** A migration's name as Flyway's table has it. */
function partsOf(path: string): { prefix: string; version: string; description: string } {
  const [, prefix = '', version = '', description = ''] = named.exec(basename(slashes(path))) ?? [];
  return {
    prefix: prefix.toUpperCase(),
    version: version.replaceAll('_', '.'),
    description: description.replaceAll('_', ' '),
  };
}

/** The first version that is there, as whole number. */
const wholeVersion = (path: string): bigint => BigInt(/^\d+/.exec(partsOf(path).version)?.[0] ?? 0);

/** @param checksum of the text as Flyway computes it */
export function flywayBaseline(tool: Omit<Tool, 'baseline'>, checksum: (text: string) => number): Baselines {
  const select: Tool['select'] = (files, folder) => tool.select(files, folder);
  return {
    variants: ['V', 'B'],
    files(input) {
      const { folder, variant = 'V' } = input;
      const others = existing(select, folder);
      const [first] = others;
      const name = slug(input.name, 'baseline');
      mustBeOnly(others, name);
      const text = ended(input.sql);
      const notes: string[] = [];
      let migration: string;
      if (variant === 'B') {
        // it stands for all versions up to its own: in a new database Flyway runs it, and only what is newer
        const last = others.at(-1);
        migration = `B${last === undefined ? '1' : partsOf(last).version.replaceAll('.', '_')}__${name}.sql`;
        if (folder.exists(migration)) throw new BaselineRefused(`${migration} is there already.`);
        notes.push(
          'Baseline migrations (B…) are part of Flyway 13; of the versions before, only some editions know them, and others ignore the file.',
        );
      } else {
        const version = first === undefined ? 1n : wholeVersion(first) - 1n;
        if (version < 0n) {
          throw new BaselineRefused(
            `There is no version before that of ${first}. The variant "B" writes a baseline migration, which stands for all versions up to the last.`,
          );
        }
        migration = `V${version}__${name}.sql`;
        mustBeFirst(select, folder, migration, tool.title);
      }
      mustBeWhole(tool, { path: migration, text }, input.sql.trim());
      const files = [{ path: migration, text }];
      if (text.includes('${')) {
        // org.flywaydb.core.internal.sqlscript.SqlScriptMetadata: settings of one script
        files.push({ path: `${migration}.conf`, text: 'placeholderReplacement=false\n' });
        notes.push(
          `The schema holds \${…}, which Flyway would replace: ${migration}.conf switches that off for this file.`,
        );
      }
      return { migration, files, notes };
    },
    ledger(input) {
      const known = knownMigrations(
        // baseline migrations are no versioned ones for `select`, but they are marked all the same
        (files, folder) => {
          const selection = select(files, folder);
          return { ...selection, up: [...selection.up, ...files.filter((path) => partsOf(path).prefix === 'B')] };
        },
        input,
        tool.title,
      );
      const table = tableRef(input.schema, input.table ?? 'flyway_schema_history');
      const key = tableRef(undefined, `${input.table ?? 'flyway_schema_history'}_pk`);
      const index = tableRef(undefined, `${input.table ?? 'flyway_schema_history'}_s_idx`);
      const entries = input.migrations.map((file) => ({
        ...partsOf(file.path),
        script: slashes(file.path),
        checksum: checksum(file.text),
      }));
      const versions = known.map((path) => quoteLiteral(partsOf(path).version)).join(', ');
      return {
        tool: tool.title,
        table,
        // flyway-database-postgresql, PostgreSQLDatabase.getRawCreateScript
        create: [
          `CREATE TABLE ${table} ("installed_rank" INT NOT NULL, "version" VARCHAR(50), "description" VARCHAR(200) NOT NULL, "type" VARCHAR(20) NOT NULL, "script" VARCHAR(1000) NOT NULL, "checksum" INTEGER, "installed_by" VARCHAR(100) NOT NULL, "installed_on" TIMESTAMP NOT NULL DEFAULT now(), "execution_time" INTEGER NOT NULL, "success" BOOLEAN NOT NULL)`,
          `ALTER TABLE ${table} ADD CONSTRAINT ${key} PRIMARY KEY ("installed_rank")`,
          `CREATE INDEX ${index} ON ${table} ("success")`,
        ],
        contradictions: anyOf(
          complaint(
            table,
            'NOT success',
            'The migration %s is there as failed, and `flyway migrate` stops when it finds that: `flyway repair` removes the row.',
            'script',
          ),
          complaint(
            table,
            `version IS NOT NULL AND type NOT IN ('BASELINE', 'SCHEMA', 'DELETE') AND version NOT IN (${versions})`,
            'Flyway has version %s in its table, but the folder does not: `flyway validate` fails with that ("applied migration not resolved locally").',
            'version',
          ),
          ...entries.map((entry) =>
            complaint(
              table,
              `version = ${quoteLiteral(entry.version)} AND checksum <> ${entry.checksum}`,
              'Version %s is marked as applied with another content than the file has now (checksum mismatch).',
              'version',
            ),
          ),
        ),
        // JdbcTableSchemaHistory.doAddAppliedMigration, as `flyway migrate -skipExecutingMigrations` writes it.
        // After `flyway baseline` with this version or a later one there is nothing left to mark.
        rows: entries.map(({ prefix, version, description, script, checksum: sum }) => ({
          name: basename(script),
          there: `EXISTS (SELECT FROM ${table} WHERE version = ${quoteLiteral(version)})`,
          insert:
            `INSERT INTO ${table} ("installed_rank", "version", "description", "type", "script", "checksum", "installed_by", "execution_time", "success")` +
            ` VALUES ((SELECT coalesce(max(installed_rank), 0) + 1 FROM ${table}), ${quoteLiteral(version)}, ${quoteLiteral(description)}, ${quoteLiteral(prefix === 'B' ? 'SQL_BASELINE' : 'SQL')}, ${quoteLiteral(script)}, ${sum}, current_user, 0, true)`,
        })),
        notes: [
          'The table is flyway_schema_history (the default name), in the default schema of the connection. `flyway baseline` does not work once that table is there (flyway/flyway#2754), and need not.',
        ],
      };
    },
  };
}
