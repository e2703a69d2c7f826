// `node --import` of this lets worker threads run our packages from source, as vitest lets the tests: TypeScript by tsx,
// packages by from-source.mjs. The main thread is left alone.
import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';

if (!isMainThread) {
  const tsx = await import('tsx/esm/api');
  tsx.register();
  register('./threads-from-source-hooks.mjs', import.meta.url);
}
