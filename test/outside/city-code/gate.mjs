// A gate as a process of its own: told by lines of JSON what it is shown, answers by lines, and can reach nobody.
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { Gate } from '@gov/city-code/gate';
import { VerdictLog } from '@gov/city-code/verdict-log';
import { readSm2PrivateKey, sm2Signer } from '@gov/sm';

Socket.prototype.connect = () => {
  throw new Error('there is no network');
};

const [setup] = process.argv.slice(2);
const { name, issuer, key, keys, policy } = JSON.parse(setup ?? '');
const octets = (/** @type {string} */ text) => new Uint8Array(Buffer.from(text, 'base64'));
const log = new VerdictLog({ gate: name, signer: sm2Signer(readSm2PrivateKey(octets(key))) });
log.shareKeys(keys);
const gate = new Gate({
  issuers: [{ ...issuer, certificate: octets(issuer.certificate), from: new Date(issuer.from) }],
  policy,
  log,
});

for await (const line of createInterface({ input: process.stdin })) {
  const { ask, shown, at, challenge, snapshot } = JSON.parse(line);
  console.log(JSON.stringify(await answer(ask, { shown, at: new Date(at ?? 0), challenge, snapshot })));
}

/** @param {string} ask @param {{ shown: string, at: Date, challenge?: string, snapshot: string }} given */
async function answer(ask, { shown, at, challenge, snapshot }) {
  if (ask === 'network') return fetch('http://127.0.0.1:18080/').then(String, ({ cause }) => String(cause?.message));
  if (ask === 'challenge') return Buffer.from(gate.challenge()).toString('base64');
  if (ask === 'snapshot') return Buffer.from(gate.snapshot()).toString('base64');
  if (ask === 'merge') return gate.merge(octets(snapshot), { at });
  if (ask === 'log') return log.checkpoint(at).then(() => log.lines());
  const { report } = await gate.check(octets(shown), {
    at,
    ...(challenge === undefined ? {} : { challenge: octets(challenge) }),
  });
  const wrong = report.findings.filter(({ outcome }) => outcome === 'fail');
  return [report.verdict, ...wrong.map(({ code }) => code)].join(' ');
}
