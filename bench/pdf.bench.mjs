// Sealing, signing and verifying PDF files, from disk to disk. The floor does what nobody can leave out: read, SM3, one SM2
// signature, write. Nobody waits for the disk: `writeFileSync` does not either.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyPdf } from '@gov/e-seal/pdf';
import { PdfFileSealer, signPdfFile } from '@gov/e-seal/pdf/file';
import { openFile } from '@gov/pdf/file';
import { readCertificate } from '@gov/pki';
import { readPrivateKey } from '@gov/pki/private-key';
import { generateSm2Key, sm2Signer, sm2Verifier, sm3 } from '@gov/sm';
import { peakMemory, writeWorld } from './pdf-memory.mjs';
import { pdfPeers } from './pdf-peers.mjs';
import { detachedCms, certificate as rsaCertificate, privateKey as rsaKey } from './rsa.mjs';
import { samplePdf } from './sample-pdf.mjs';
import { drawnSeal, sealer as holder, root, SIGNED, trust, VERIFIED } from './world.mjs';

const dir = mkdtempSync(join(tmpdir(), 'gov-bench-pdf-'));
process.on('exit', () => rmSync(dir, { recursive: true }));

const seal = await drawnSeal();
const options = { overwrite: true, flush: false };
const on = (/** @type {number} */ page) => ({ place: { page, xMm: 150, yMm: 60 }, time: SIGNED, ...options });
const key = generateSm2Key();
const signer = sm2Signer(key);
const verifier = sm2Verifier(key.publicKey);
const rsa = {
  certificate: readCertificate(rsaCertificate),
  signer: await readPrivateKey(rsaKey.export({ type: 'pkcs8', format: 'der' })),
};

const sealer = new PdfFileSealer({ seal, certificate: holder.certificate, signer: holder.signer });
const peers = await pdfPeers();

/**
 * @typedef {{ sample: Parameters<typeof samplePdf>[0], timesFloor: number, rounds?: number, again?: boolean, rsa?: boolean }} Work
 *   again: also sealed twice; rsa: also signed as the peers do
 * @param {string} work @param {Work} options
 */
async function rowsOf(work, { sample, timesFloor, rounds = 7, again = true, rsa: alsoRsa = false }) {
  const { pages, streams } = sample;
  const name = join(dir, work.replace(/\W+/g, '-'));
  const input = `${name}.pdf`;
  const sealed = `${name}-sealed.pdf`;
  const twice = `${name}-twice.pdf`;
  const out = `${name}-out.pdf`;
  writeFileSync(input, samplePdf(sample));
  await sealer.seal(input, sealed, on(pages));
  if (again) await sealer.seal(sealed, twice, on(1));
  const digestSignature = await signer.sign(sm3(readFileSync(sealed)));
  const able = peers
    .filter(({ label }) => !(streams && label === '@signpdf'))
    .map(({ label, sign }) => ({ label, run: async () => writeFileSync(out, await sign(readFileSync(input))) }));
  const faster = Object.fromEntries(able.map(({ label }) => [label, 1]));
  /** @type {import('./harness.mjs').Row[]} */
  const rows = [
    {
      work: `seal ${work}`,
      ours: { label: '@gov/e-seal', run: () => sealer.seal(input, out, on(pages)) },
      floor: {
        label: 'read, SM3, SM2, write',
        run: async () => {
          const bytes = readFileSync(input);
          await signer.sign(sm3(bytes));
          writeFileSync(out, bytes);
        },
      },
      peers: able,
      goal: { ofFloor: 1 / timesFloor, times: faster },
      rounds,
    },
    {
      work: `verify ${work}`,
      ours: { label: '@gov/e-seal', run: () => verified(sealed) },
      floor: {
        label: 'read, SM3, SM2',
        run: () => verifier.verify(sm3(readFileSync(sealed)), digestSignature),
      },
      goal: { ofFloor: 1 / 2 },
      rounds,
    },
  ];
  if (alsoRsa)
    rows.push({
      work: `sign ${work}, RSA and SHA-256`,
      ours: {
        label: '@gov/e-seal',
        run: () => signPdfFile(input, out, { ...rsa, time: new Date(), ...options }),
      },
      floor: {
        label: 'read, SHA-256, RSA, write',
        run: () => {
          const bytes = readFileSync(input);
          detachedCms([bytes]);
          writeFileSync(out, bytes);
        },
      },
      peers: able,
      goal: { times: faster },
      rounds,
    });
  if (again)
    rows.push({
      // The second seal is a change after the first: every object has to be looked at.
      work: `verify ${work}, sealed twice`,
      ours: { label: '@gov/e-seal', run: () => verified(twice) },
      floor: {
        label: 'read, 2 SM3, 2 SM2',
        run: async () => {
          const bytes = readFileSync(twice);
          for (let seals = 0; seals < 2; seals++) await verifier.verify(sm3(bytes), digestSignature);
        },
      },
      goal: { ofFloor: 1 / 2 },
      rounds,
    });
  return { rows, input };
}

/** @param {string} path */
async function verified(path) {
  const file = openFile(path);
  const { verdict } = await verifyPdf(file, { at: VERIFIED, trust });
  file.close();
  if (verdict !== 'valid') throw new Error(`${path}: ${verdict}`);
}

/** @type {Record<string, Work>} */
const works = {
  '1 MB': { sample: { bytes: 1e6, pages: 4 }, timesFloor: 1.5 },
  '20 MB': { sample: { bytes: 20e6, pages: 40 }, timesFloor: 1.5, rsa: true },
  '20 MB, object streams': { sample: { bytes: 20e6, pages: 40, streams: true }, timesFloor: 1.5 },
  '18 MB of 5,000 pages': { sample: { bytes: 18e6, pages: 5000 }, timesFloor: 1.6, rounds: 5 },
  '100 MB': { sample: { bytes: 100e6, pages: 100 }, timesFloor: 1.5, rounds: 3, again: false },
};
// For a look at some of them: PDF_WORKS='20 MB|100 MB' npm run bench pdf
const wanted = process.env.PDF_WORKS?.split('|') ?? Object.keys(works);
const measured = [];
for (const [work, what] of Object.entries(works))
  if (wanted.includes(work)) measured.push({ work, ...(await rowsOf(work, what)) });

export const rows = measured.flatMap((one) => one.rows);

writeWorld(dir, {
  seal: seal.bytes,
  certificate: holder.certificate.bytes,
  key: holder.key.toPkcs8(),
  root: root.bytes,
});
const largest = measured.find(({ work }) => work === '100 MB');
const peak = (/** @type {string} */ who) => ({
  label: ['seal', 'verify'].includes(who) ? '@gov/e-seal' : who,
  megabytes: () => peakMemory(who, largest?.input ?? '', join(dir, `${who === 'verify' ? 'seal' : 'peer'}.pdf`), dir),
});

/** Peak resident memory, each in a process of its own. @type {import('./harness.mjs').PeakRow[]} */
export const peaks =
  largest === undefined
    ? []
    : [
        {
          work: 'memory to seal 100 MB',
          ours: { ...peak('seal'), megabytes: () => peakMemory('seal', largest.input, join(dir, 'seal.pdf'), dir) },
          peers: peers.map(({ label }) => peak(label)),
          most: 120,
        },
        { work: 'memory to verify 100 MB', ours: peak('verify'), peers: [], most: 120 },
      ];
