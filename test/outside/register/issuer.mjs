// One of many processes that issue licences from one database. `node issuer.mjs JOB.json`: prints a line for each licence that
// it has, and at the end one of what went wrong on the way.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { FOOD_BUSINESS } from '@gov/e-license';
import { LicenseRegister } from '@gov/e-license/register';
import { readCertificate } from '@gov/pki';
import { readPrivateKey } from '@gov/pki/private-key';
import { openStore } from '@gov/store';

const job = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
const issuer = {
  certificate: readCertificate(new Uint8Array(Buffer.from(job.certificate, 'base64'))),
  signer: await readPrivateKey(new Uint8Array(Buffer.from(job.key, 'base64'))),
};
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

const store = await openStore(job.url, { connections: 2 });
const register = new LicenseRegister({ store, types: [FOOD_BUSINESS], issuer, log: job.log });
const errors = {};

/** As a caller should: after `store-unavailable` the same with the same key, until it is answered. */
async function persistent(act) {
  for (const end = Date.now() + 60_000; ; ) {
    try {
      return await act();
    } catch (error) {
      const code = error?.name === 'GovError' ? error.code : `${error}`;
      errors[code] = (errors[code] ?? 0) + 1;
      if (code !== 'store-unavailable' || Date.now() > end) throw error;
      await sleep(50);
    }
  }
}

for (const row of job.rows) {
  const data = { ...job.data, number: `JY${String(row).padStart(14, '0')}` };
  const act = { actor: job.name, key: `row-${row}` };
  const { entry, again } = await persistent(() => register.issue(data, act));
  say({ row, identifier: entry.identifier, again });
  // A third of them move on, so that the other acts meet the trouble too.
  const about = { actor: job.name, reason: '试验' };
  if (row % 3 === 0) {
    await persistent(() => register.suspend(entry.identifier, { ...about, key: `suspend-${row}` }));
    await persistent(() => register.revoke(entry.identifier, { ...about, as: 'revoked', key: `revoke-${row}` }));
  } else if (row % 3 === 1) {
    await persistent(() =>
      register.reissue(entry.identifier, data, { ...about, act: 'replacement', key: `replace-${row}` }),
    );
  }
}
await store.close();
say({ errors });
