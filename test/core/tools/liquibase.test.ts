import { describe, expect, it } from 'vitest';
import { applyEdits, parseSql } from '@idempotify/core';
import { liquibaseCuts } from '../../../packages/core/src/tools/liquibase/changesets.ts';
import { pieces, tool } from './folders.ts';

const liquibase = tool('liquibase');
const head = '--liquibase formatted sql\n';

describe('sections of Liquibase', () => {
  it('are the SQL of the changesets', () => {
    expect(
      pieces(
        'liquibase',
        `\uFEFF\n-- Liquibase Formatted SQL\n\n--changeset bob:1\nCREATE TABLE a ();\n--rollback DROP TABLE a;\n\n-- changeset "a b":"2: x" context:y\r\nCREATE TABLE b ();\r\n`,
      ),
    ).toEqual(['CREATE TABLE a ();\n--rollback DROP TABLE a;\n\n', 'CREATE TABLE b ();\r\n']);
  });

  it('leave out ignored lines and rollback blocks', () => {
    expect(
      pieces(
        'liquibase',
        `${head}--changeset a:1\nA;\n--ignoreLines:start\n\\connect x\n--ignoreLines:end\nB;\n--ignoreLines:2\n1\n2\nC;\n`,
      ),
    ).toEqual(['A;\n', 'B;\n', 'C;\n']);
    expect(pieces('liquibase', `${head}--changeset a:1\nA;\n/* liquibase rollback\nDROP TABLE a;\n*/\nD;\n`)).toEqual([
      'A;\n',
      'D;\n',
    ]);
    // such a block ends at the first line that ends in */
    expect(
      pieces('liquibase', `${head}--changeset a:1\nA;\n/* liquibase rollback\nDROP TABLE a; /* x */\nD;\n`),
    ).toEqual(['A;\n', 'D;\n']);
  });

  it('leave out changesets for other systems', () => {
    const set = (attributes: string) => pieces('liquibase', `${head}--changeset a:1 ${attributes}\nA;\n`);
    for (const runs of ['', 'dbms:postgresql', 'dbms:h2,postgresql', 'dbms:!oracle', 'dbms:all', 'ignore:false'])
      expect(set(runs), runs).toEqual(['A;\n']);
    for (const not of ['dbms:mysql', 'dbms:!postgresql', 'dbms:none', 'dbms:h2,oracle', 'ignore:true'])
      expect(set(not), not).toEqual([]);
  });

  it('are cut at delimiters that are not SQL', () => {
    const set = (attributes: string, sql: string) =>
      pieces('liquibase', `${head}--changeset a:1 ${attributes}\n${sql}`);
    expect(set('endDelimiter:/', 'A;\n/\nB 1/2\n/\n')).toEqual(['A;\n', '\nB 1/2\n']);
    expect(set('endDelimiter://', 'A\n//\nB //\n')).toEqual(['A\n', '\nB ']);
    expect(set('endDelimiter:\\nGO', 'A go\nGO\nB')).toEqual(['A go\n', '\nB']);
    expect(set('', 'A;\nGO\nB;\nC; go')).toEqual(['A;\n', '\nB;\nC; go']);
    expect(set('', 'A\n/\nB\n/')).toEqual(['A\n', '\nB\n']);
    expect(set('splitStatements:false', 'A\nGO\nB')).toEqual(['A\nGO\nB']);
    expect(set('endDelimiter:X', "A 'X' -- X\n /* X */ xy X B")).toEqual(["A 'X' -- X\n /* X */ xy ", ' B']);
  });

  it('reject what is no changelog', () => {
    expect(pieces('liquibase', 'CREATE TABLE a ();')).toContain('does not start with `--liquibase formatted sql`');
    expect(pieces('liquibase', '')).toContain('does not start with');
    const { up, problems } = liquibase.sections(`${head}--changeset a:1\nA;\n-- changeset bob\nB;\n`, 'x.sql');
    expect(up).toEqual([]);
    expect(problems).toMatchObject([
      { line: 4, column: 1, message: 'Liquibase rejects the file: a changeset is written `--changeset author:id`' },
    ]);
  });
});

/** The statements as Liquibase sends them. */
function sends(sql: string, endDelimiter?: string): string[] {
  const out: string[] = [];
  let at = 0;
  for (const cut of [
    ...liquibaseCuts(sql, { start: 0, end: sql.length }, endDelimiter),
    { start: sql.length, end: sql.length },
  ]) {
    const piece = sql.slice(at, cut.start).trim();
    if (piece !== '') out.push(piece);
    at = cut.end;
  }
  return out;
}

describe("Liquibase's way of cutting", () => {
  it.each<[string, string | undefined, string[]]>([
    ['SELECT \';\'; SELECT ";"; SELECT 3', undefined, ["SELECT ';'", 'SELECT ";"', 'SELECT 3']],
    ["SELECT 'a\\'b;'; SELECT 2;", undefined, ["SELECT 'a\\'b;'", 'SELECT 2']],
    ['BEGIN a; b; END; SELECT 2;', undefined, ['BEGIN a; b; END', 'SELECT 2']],
    ['BEGIN a; BEGIN b; END; c; END; SELECT 2;', undefined, ['BEGIN a; BEGIN b; END; c; END', 'SELECT 2']],
    ['BEGIN TRANSACTION; a; END TRANSACTION;', undefined, ['BEGIN TRANSACTION', 'a', 'END TRANSACTION']],
    ['x.begin; y.end; [begin]; #begin; $begin;', undefined, ['x.begin', 'y.end', '[begin]', '#begin', '$begin']],
    ['a\nGO\nb', undefined, ['a', 'b']],
    // it knows nothing of dollar quotes
    ['DO $$ BEGIN a; END $$; SELECT 2;', undefined, ['DO $$ BEGIN a; END $$', 'SELECT 2']],
    ['DO $$ DECLARE x int; BEGIN a; END $$;', undefined, ['DO $$ DECLARE x int', 'BEGIN a; END $$']],
    ['DO $$ BEGIN IF a THEN b; END IF; c; END $$;', undefined, ['DO $$ BEGIN IF a THEN b; END IF', 'c', 'END $$']],
    ['DO $$BEGIN a; END$$;', undefined, ['DO $$BEGIN a', 'END$$']],
    ['a//\n\nb\nc//', '//', ['a', 'b\nc']],
    ['a; 1/2\n/\nb;\n/\n', '/', ['a; 1/2', 'b;']],
  ])('%j', (sql, delimiter, expected) => {
    expect(sends(sql, delimiter)).toEqual(expected);
  });
});

describe('a DO block in Liquibase', () => {
  const block = 'DO $$\nDECLARE\n  x int;\nBEGIN\n  IF true THEN\n    x := 1;\n  END IF;\nEND\n$$;';
  /** What reaches the server, changeset by changeset. */
  const received = (text: string): string[] => {
    const line = /^--changeset.*$/m.exec(text)![0];
    const sql = text.slice(text.indexOf(line) + line.length).replace(/^--.*$/gm, '');
    return line.includes('splitStatements:false') ? [sql.trim()] : sends(sql, /endDelimiter:(\S+)/.exec(line)?.[1]);
  };
  const edited = (text: string) => {
    const result = applyEdits(text, liquibase.fileEdits!(text, true));
    // once is enough, and our own reading still finds the same statements
    expect(liquibase.fileEdits!(result, true)).toEqual([]);
    const statements = (each: string) =>
      parseSql(each, { ranges: liquibase.sections(each, '').up }).statements.map(({ tag }) => tag);
    expect(statements(result)).toEqual(statements(text));
    return result;
  };

  it('is not cut, in a changeset with other statements', () => {
    const text = `${head}--changeset a:1\n${block}\nSELECT 2;\n--rollback SELECT 3;\n`;
    expect(received(text)).toHaveLength(4);
    const result = edited(text);
    expect(result).toBe(text.replace('a:1', 'a:1 splitStatements:false'));
    expect(received(result)).toHaveLength(1);
  });

  it('changes the attribute when it is there', () => {
    expect(edited(`${head}--changeset a:1 splitStatements:true context:x\n${block}\n`)).toContain(
      '--changeset a:1 splitStatements:false context:x\n',
    );
    expect(edited(`${head}--changeset a:1 context:x\r\n${block}\r\n`)).toContain(
      '--changeset a:1 context:x splitStatements:false\r\n',
    );
  });

  it('only touches the changeset that needs it', () => {
    const text = `${head}--changeset a:1\nSELECT 1;\n--changeset a:2\n${block}\n--changeset a:3\nDO $$ BEGIN PERFORM 1; END $$;\n--changeset a:4 dbms:mysql\n${block}\n`;
    expect(edited(text)).toBe(text.replace('a:2', 'a:2 splitStatements:false'));
    expect(liquibase.fileEdits!(text, false)).toEqual([]);
  });

  const index = 'CREATE INDEX CONCURRENTLY i ON t (a);';

  it('without a transaction every statement still is sent by itself', () => {
    const text = `${head}--changeset a:1 runInTransaction:false\n${block}\n${index} -- why\n--rollback DROP INDEX i;\n`;
    const result = edited(text);
    expect(result).toBe(
      `${head}--changeset a:1 runInTransaction:false endDelimiter://\n${block}\n//\n${index}\n// -- why\n--rollback DROP INDEX i;\n`,
    );
    expect(received(result)[0]).toBe(block);
    expect(received(result)[1]).toBe(index);
    // alone, the block needs no delimiter
    expect(edited(`${head}--changeset a:1 runInTransaction:false\n${block}\n`)).toContain(
      'runInTransaction:false splitStatements:false\n',
    );
  });

  it('takes a delimiter that does not occur', () => {
    expect(edited(`${head}--changeset a:1 runInTransaction:false\n${block}\nSELECT 'http://x';\n`)).toContain(
      'endDelimiter:@@\n',
    );
  });

  it('keeps its distance where the changeset was sent as a whole, or has a delimiter of its own', () => {
    expect(edited(`${head}--changeset a:1 runInTransaction:false splitStatements:false\n${block}\n${index}\n`)).toBe(
      `${head}--changeset a:1 runInTransaction:false endDelimiter://\n${block}\n//\n${index}\n//\n`,
    );
    const own = edited(
      `${head}--changeset a:1 runInTransaction:false endDelimiter:/\nSELECT 1;\n/\n${block}\n${index}\n/\n`,
    );
    expect(received(own)).toEqual(['SELECT 1;', block, index]);
    // without such a statement it stays together
    const together = `${head}--changeset a:1 runInTransaction:false splitStatements:false\n${block}\nSELECT 2;\n`;
    expect(edited(together)).toBe(together);
  });
});
