/** What worker threads run. The entries lie beside this module, in the sources as in the published bundle (scripts/bundle.mjs). */
export const workerEntry = (name: 'rewrite' | 'verify' | 'lint'): URL =>
  new URL(`./${name}-worker.js`, import.meta.url);
