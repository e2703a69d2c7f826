// `npm run interop`: tries @gov/sm and @gov/pki against foreign libraries, both ways, and writes docs/interop.md and
// docs/interop-pki.md from what came out.
// Arguments go to test/outside/run.mjs (`--no-build` takes `dist` as it is).
import { join } from 'node:path';
import { show } from './process.mjs';

process.env.INTEROP = 'write';
const outside = join(import.meta.dirname, '../test/outside/run.mjs');
process.exitCode = await show(process.execPath, [outside, ...process.argv.slice(2), 'interop/']);
