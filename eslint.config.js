import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

// Arrows point one way: core <- rules <- cli, core <- codemods <- cli, core <- database <- cli.
const mayNotImport = (...names) => ({
  'no-restricted-imports': [
    'error',
    {
      paths: names.map((name) => ({
        name,
        message: 'Dependencies point one way: core <- rules, codemods, database <- cli.',
      })),
    },
  ],
});

export default defineConfig(
  globalIgnores(['**/dist/', 'packages/cli/bundle/', 'rewritten/', 'examples/', '**/fixtures/', 'test/codemods/js/']),
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommended],
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['vitest.config.ts'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/prefer-promise-reject-errors': 'error',
      '@typescript-eslint/return-await': ['error', 'in-try-catch'],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
      // our own lexer meets control characters, and that is its job
      'no-control-regex': 'off',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-template-curly-in-string': 'off',
    },
  },
  {
    files: ['**/*.{js,mjs}'],
    languageOptions: {
      globals: {
        console: 'readonly',
        process: 'readonly',
        Buffer: 'readonly',
        performance: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        URL: 'readonly',
      },
    },
  },
  {
    files: ['packages/core/src/**/*.ts'],
    rules: mayNotImport('@idempotify/rules', '@idempotify/codemods', '@idempotify/database', 'idempotify'),
  },
  { files: ['codemods/**/*.ts'], rules: mayNotImport('@idempotify/database', 'idempotify') },
  { files: ['rules/**/*.ts'], rules: mayNotImport('@idempotify/codemods', '@idempotify/database', 'idempotify') },
  {
    files: ['packages/database/src/**/*.ts'],
    rules: mayNotImport('@idempotify/rules', '@idempotify/codemods', 'idempotify'),
  },
);
