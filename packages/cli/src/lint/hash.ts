import { hash } from 'node:crypto';

/** Tells whether something is the same as before; nothing secret depends on it. */
export const hashOf = (content: string | Uint8Array): string => hash('sha1', content, 'base64');
