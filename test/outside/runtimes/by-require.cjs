const dns = require('node:dns');
const { readFileSync } = require('node:fs');
const net = require('node:net');
const { join } = require('node:path');
const { watch } = require('./watch.mjs');

const inputs = JSON.parse(readFileSync(join(__dirname, 'inputs.json'), 'utf8'));
const changes = watch([
  [net.Socket.prototype, 'connect'],
  [dns, 'lookup'],
]);
const { smoke, IMPORTED } = require('./smoke.mjs');
const required = Object.fromEntries(Object.keys(IMPORTED).map((name) => [name, require(name)]));
// A second copy of a package would have classes of its own.
const twice = Object.keys(IMPORTED).filter((name) =>
  Object.keys(IMPORTED[name]).some((key) => IMPORTED[name][key] !== required[name][key]),
);
smoke(inputs, required).then((outcome) => {
  const changed = changes();
  for (const entry of inputs.entries) require(entry);
  console.log(JSON.stringify({ ...outcome, ...changed, twice, entries: inputs.entries.length }));
});
