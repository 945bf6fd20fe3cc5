import { quoteIdent, quoteLiteral } from '../../quote.ts';
import {
  anyOf,
  complaint,
  ended,
  existing,
  lineEndsLost,
  mustBeFirst,
  mustBeWhole,
  numberBefore,
  slug,
  tableRef,
} from '../baseline.ts';
import { basename, slashes } from '../paths.ts';
import { BaselineRefused, type Baselines, type Tool } from '../types.ts';
import { changesetChecksum, readChangelog } from './changesets.ts';

export function liquibaseBaseline(tool: Omit<Tool, 'baseline'>): Baselines {
  const select: Tool['select'] = (files, folder) => tool.select(files, folder);
  return {
    files({ sql, name, time, folder }) {
      const others = existing(select, folder);
      const plain = slug(name, 'baseline');
      // files of a changelog need no number; where all have one, this gets one, too
      const numbered = others.length > 0 && others.every((path) => /^\d/.test(basename(path)));
      const path = `${numbered ? numberBefore(others, time, 0, '0000') : '0000'}_${plain}.sql`;
      mustBeFirst(select, folder, path, tool.title);
      // Without logicalFilePath the row would depend on how the master changelog names the file. stripComments would take comments
      // out of the bodies of functions, splitStatements would cut at their `;`.
      const text = `--liquibase formatted sql logicalFilePath:${path}\n\n--changeset idempotify:${plain} splitStatements:false stripComments:false\n${ended(sql)}`;
      mustBeWhole(tool, { path, text }, sql.trim());
      return {
        migration: path,
        files: [{ path, text }],
        notes: [
          `Where the changelog names its files one by one, ${path} has to be the first: \`- include: file: ${path}\`. includeAll takes it by its name.`,
          ...lineEndsLost('Liquibase', sql),
        ],
      };
    },
    ledger(input) {
      const table = tableRef(input.schema, input.table ?? 'databasechangelog');
      const entries = input.migrations.flatMap((file) => {
        const { formatted, changesets, broken } = readChangelog(file.text);
        if (!formatted || broken) {
          throw new BaselineRefused(
            `${file.path} is not a formatted SQL changelog that Liquibase takes${broken ? `: ${broken.why}` : ''}.`,
          );
        }
        return changesets
          .filter((changeset) => changeset.runs)
          .map((changeset) => {
            const sum = changesetChecksum(changeset);
            return {
              id: quoteLiteral(changeset.id),
              author: quoteLiteral(changeset.author),
              filename: quoteLiteral(changeset.logicalFilePath ?? slashes(file.path)),
              name: `${changeset.author}:${changeset.id}`,
              // Liquibase fills in one that is missing
              sum: sum === undefined ? 'NULL' : quoteLiteral(sum),
            };
          });
      });
      const row = (entry: (typeof entries)[number]): string =>
        `id = ${entry.id} AND author = ${entry.author} AND filename = ${entry.filename}`;
      return {
        tool: 'Liquibase',
        table,
        // liquibase-standard, CreateDatabaseChangeLogTableGenerator, as it comes out for PostgreSQL. Its lock table Liquibase makes itself.
        create: [
          `CREATE TABLE ${table} (id VARCHAR(255) NOT NULL, author VARCHAR(255) NOT NULL, filename VARCHAR(255) NOT NULL, dateexecuted TIMESTAMP WITHOUT TIME ZONE NOT NULL, orderexecuted INTEGER NOT NULL, exectype VARCHAR(10) NOT NULL, md5sum VARCHAR(35), description VARCHAR(255), comments VARCHAR(255), tag VARCHAR(255), liquibase VARCHAR(20), contexts VARCHAR(255), labels VARCHAR(255), deployment_id VARCHAR(10))`,
        ],
        contradictions: anyOf(
          // earlier versions of the checksum start with another number, and Liquibase brings them up to date
          ...entries
            .filter((entry) => entry.sum !== 'NULL')
            .map((entry) =>
              complaint(
                table,
                `${row(entry)} AND md5sum LIKE '9:%' AND md5sum <> ${entry.sum}`,
                'The changeset %s is marked as applied with another content than the file has now (validation failed).',
                quoteLiteral(entry.name),
              ),
            ),
          'SELECT NULL::text WHERE false',
        ),
        // MarkChangeSetRanGenerator; the description of SQL in a formatted changelog is always "sql", and the deployment is
        // the end of the time in milliseconds (Scope.generateDeploymentId)
        rows: entries.map((entry) => ({
          name: entry.name,
          there: `EXISTS (SELECT FROM ${table} WHERE ${row(entry)})`,
          insert:
            `INSERT INTO ${table} (${['id', 'author', 'filename', 'dateexecuted', 'orderexecuted', 'md5sum', 'description', 'comments', 'exectype', 'contexts', 'labels', 'liquibase', 'deployment_id'].map(quoteIdent).join(', ')})` +
            ` VALUES (${entry.id}, ${entry.author}, ${entry.filename}, pg_catalog.now(), (SELECT coalesce(max(orderexecuted), 0) + 1 FROM ${table}), ${entry.sum}, 'sql', '', 'EXECUTED', NULL, NULL, NULL, pg_catalog.right((extract(epoch FROM pg_catalog.now()) * 1000)::bigint::text, 10))`,
        })),
        notes: [
          'The table is databasechangelog (the default name), in the default schema, written for Liquibase 4.22 or later. The column liquibase, which version wrote the row, stays empty.',
        ],
      };
    },
  };
}
