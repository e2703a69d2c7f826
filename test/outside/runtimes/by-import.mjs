import dns from 'node:dns';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { watch } from './watch.mjs';

const inputs = JSON.parse(readFileSync(new URL('inputs.json', import.meta.url), 'utf8'));
const changes = watch([
  [net.Socket.prototype, 'connect'],
  [dns, 'lookup'],
]);
const { smoke } = await import('./smoke.mjs');
const outcome = await smoke(inputs);
const changed = changes();
for (const entry of inputs.entries) await import(entry);
console.log(JSON.stringify({ ...outcome, ...changed, entries: inputs.entries.length }));
