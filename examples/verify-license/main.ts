/** Verifies published licence QR texts offline: npx tsx examples/verify-license/main.ts */
import { readFile } from 'node:fs/promises';
import { checkLicense } from './verify.js';

const { at, root, issuer, vectors } = JSON.parse(await readFile('docs/formats/license-qr-vectors.json', 'utf8'));
for (const { name, text } of vectors) {
  console.log(`${name} → ${await checkLicense(text, { root, issuers: [issuer] }, new Date(at))}`);
}
