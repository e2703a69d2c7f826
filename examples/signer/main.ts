/**
 * One caller, and the key in three places: in this process, in worker threads, in a crypto pool over HTTP. Only the line that
 * makes the signer differs: npx tsx examples/signer/main.ts
 */
import { generateSm2Key, type Signer, sm2Signer, sm2Verifier } from '@gov/sm';
import { cryptoPool } from '@gov/sm/pool';
import { bearerTokens, cryptoPoolHandler } from '@gov/sm/pool/server';
import { sm2WorkerPool } from '@gov/sm/workers';

const key = generateSm2Key();
const verifier = sm2Verifier(key.publicKey);

/** The caller: it knows a `Signer` and nothing of where the key is. */
async function caller(place: string, signer: Signer): Promise<void> {
  const licenses = Array.from({ length: 100 }, (_, i) => new TextEncoder().encode(`电子证照 ${i + 1}`));
  const signatures = await Promise.all(licenses.map((license) => signer.sign(license)));
  const good = await Promise.all(licenses.map((license, i) => verifier.verify(license, signatures[i]!)));
  console.log(`${place}: ${good.filter(Boolean).length} of ${licenses.length} signatures verify`);
}

const workers = await sm2WorkerPool({ keys: { seal: key } });

// The pool of another department; it signs in the threads above. Here it is asked without a network between.
const token = 'a-token-that-nobody-guesses';
const handler = cryptoPoolHandler({
  keys: { seal: await workers.signer('seal') },
  authorize: bearerTokens({ 'approval-bureau': token }),
});
const fetch = (url: string, init: RequestInit) => handler(new Request(url, init));
const pool = cryptoPool({ url: 'https://pool.example/', token, fetch });

await caller('this process', sm2Signer(key));
await caller('worker threads', await workers.signer('seal'));
await caller('crypto pool', await pool.signer('seal'));

await workers.close();
