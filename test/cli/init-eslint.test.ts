/** What `idempotify init` makes of the ESLint configs that projects have. */
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { withPlugin } from '../../packages/cli/src/init/eslint.ts';
import { build, execute, repository, run, write } from './harness.ts';

const IMPORT = "import idempotify from 'eslint-plugin-idempotify'";
const CONFIG = 'idempotify.configs.recommended';

describe('a list that is exported gets one entry more, and nothing else changes', () => {
  it.each([
    [
      "import js from '@eslint/js';\n\nexport default [js.configs.recommended];\n",
      `import js from '@eslint/js';\n${IMPORT};\n\nexport default [js.configs.recommended, ${CONFIG}];\n`,
    ],
    ['export default [];\n', `${IMPORT};\n\nexport default [${CONFIG}];\n`],
    [
      "// ours\nimport a from 'a'\r\n\r\nexport default [\r\n\ta, // first\r\n\t{ files: ['x'] }, // last\r\n\t// end\r\n]\r\n",
      `// ours\nimport a from 'a'\r\n${IMPORT}\r\n\r\nexport default [\r\n\ta, // first\r\n\t{ files: ['x'] }, // last\r\n\t${CONFIG},\r\n\t// end\r\n]\r\n`,
    ],
    [
      "import { defineConfig } from 'eslint/config';\nexport default defineConfig([\n  { rules: {} }\n]);\n",
      `import { defineConfig } from 'eslint/config';\n${IMPORT};\nexport default defineConfig([\n  { rules: {} },\n  ${CONFIG}\n]);\n`,
    ],
    [
      "import tseslint from 'typescript-eslint';\nexport default tseslint.config(a(), ...tseslint.configs.recommended,);\n",
      `import tseslint from 'typescript-eslint';\n${IMPORT};\nexport default tseslint.config(a(), ...tseslint.configs.recommended, ${CONFIG},);\n`,
    ],
    [
      "const js = require('@eslint/js');\nmodule.exports = [\n  js.configs.recommended,\n];\n",
      `const js = require('@eslint/js');\nconst idempotify = require('eslint-plugin-idempotify');\nmodule.exports = [\n  js.configs.recommended,\n  ${CONFIG},\n];\n`,
    ],
    [
      '"use strict";\nconst js = require("@eslint/js");\nconst all = [js];\nmodule.exports = all;\n',
      `"use strict";\nconst js = require("@eslint/js");\nconst idempotify = require("eslint-plugin-idempotify");\nconst all = [js, ${CONFIG}];\nmodule.exports = all;\n`,
    ],
    [
      "import type { Linter } from 'eslint';\nexport default [{}] satisfies Linter.Config[];\n",
      `import type { Linter } from 'eslint';\n${IMPORT};\nexport default [{}, ${CONFIG}] satisfies Linter.Config[];\n`,
    ],
  ])('%j', (before, after) => {
    expect(withPlugin(before, [CONFIG], true)).toBe(after);
  });

  it.each([
    'export default makeConfig({});\n',
    "export { default } from './other.js';\n",
    'export default { rules: {} };\n',
    'module.exports = async () => [];\n',
    'export default [\n',
    '',
  ])('what exports no list stays: %j', (text) => {
    expect(withPlugin(text, [CONFIG], false)).toBeUndefined();
  });
});

describe('in a project', () => {
  beforeAll(build);
  const modules = path.resolve(import.meta.dirname, '../../node_modules');
  const project = (files: Readonly<Record<string, string>>): string => {
    const at = repository({ 'migrations/001_a.sql': 'CREATE SCHEMA a;\n', 'package.json': '{}', ...files });
    fs.mkdirSync(path.join(at, 'node_modules'));
    for (const name of ['@eslint', 'eslint', 'eslint-plugin-idempotify'])
      fs.symlinkSync(fs.realpathSync(path.join(modules, name)), path.join(at, 'node_modules', name));
    return at;
  };

  it.each([
    ['eslint.config.mjs', "import js from '@eslint/js';\n\nexport default [js.configs.recommended];\n"],
    ['eslint.config.cjs', "const js = require('@eslint/js');\n\nmodule.exports = [js.configs.recommended];\n"],
  ])('ESLint itself runs with %s, and finds what lint finds', (name, config) => {
    const at = project({ [name]: config });
    expect(run(at, ['init', '--yes', '--hook', 'none'])).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(fs.readFileSync(path.join(at, 'package.json'), 'utf8')) as object).toMatchObject({
      devDependencies: { 'eslint-plugin-idempotify': expect.any(String) as string },
    });
    const { code, stdout, stderr } = execute(at, process.execPath, ['node_modules/eslint/bin/eslint.js', 'migrations']);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toContain('idempotify/rerun-schema');
  });

  it('of migrations in JavaScript and TypeScript, too, where ESLint can read them', () => {
    const knex = "exports.up = async (knex) => {\n  await knex.raw('CREATE SCHEMA a');\n};\nexports.down = () => {};\n";
    const at = project({
      'migrations/001_a.sql': '',
      'knexfile.js': 'module.exports = {};\n',
      'migrations/20250101000000_a.js': knex,
      'eslint.config.js': 'module.exports = [\n  {},\n];\n',
    });
    fs.rmSync(path.join(at, 'migrations/001_a.sql'));
    expect(run(at, ['init', '--yes', '--hook', 'none'])).toMatchObject({ code: 0, stderr: '' });
    expect(fs.readFileSync(path.join(at, 'eslint.config.js'), 'utf8')).toContain(
      '  {},\n  idempotify.configs.javascript,\n];',
    );
    const { stdout } = execute(at, process.execPath, ['node_modules/eslint/bin/eslint.js', 'migrations']);
    expect(stdout).toMatch(/20250101000000_a\.js[\s\S]*idempotify\/rerun-schema/);
    fs.renameSync(path.join(at, 'migrations/20250101000000_a.js'), path.join(at, 'migrations/20250101000000_a.ts'));
    write(at, { 'eslint.config.js': 'module.exports = [];\n' });
    const untyped = run(at, ['init', '--dry-run', '--hook', 'none']).stdout;
    expect(untyped).toContain('With it, add idempotify.configs.typescript.');
    write(at, { 'eslint.config.js': "const t = require('typescript-eslint');\nmodule.exports = [t.configs.base];\n" });
    expect(run(at, ['init', '--dry-run', '--hook', 'none']).stdout).toContain(
      '[t.configs.base, idempotify.configs.typescript]',
    );
  });

  it('a config that is not edited is named with what to do; one that knows the plugin stays; --no-eslint', () => {
    const at = project({ 'eslint.config.js': 'export default make();\n' });
    expect(run(at, ['init', '--dry-run', '--hook', 'none']).stdout).toContain(
      'note eslint.config.js does not export a list that could be added to. Import eslint-plugin-idempotify there as idempotify',
    );
    write(at, { 'eslint.config.js': 'export default [];\n' });
    expect(run(at, ['init', '--dry-run', '--hook', 'none', '--no-eslint']).stdout).not.toContain(
      'edit eslint.config.js',
    );
    expect(run(at, ['init', '--yes', '--hook', 'none']).stdout).toContain('edit eslint.config.js');
    expect(run(at, ['init', '--yes', '--hook', 'none']).stdout).toContain('knows eslint-plugin-idempotify already');
  });
});
