import { createRequire } from 'node:module';

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };

export { version };

/** Where a rule's doc can be read: they are published with the rules. */
export const docsUrl = (rule: string): string => `https://unpkg.com/@idempotify/rules@${version}/docs/${rule}.md`;
