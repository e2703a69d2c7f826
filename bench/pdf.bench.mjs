// Sealing and verifying PDF files, from disk to disk. The floor does what nobody can leave out: read, SM3, one SM2
// signature, write.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PdfSealer, verifyPdf } from '@gov/e-seal/pdf';
import { generateSm2Key, sm2Signer, sm2Verifier, sm3 } from '@gov/sm';
import { pdfPeers } from './pdf-peers.mjs';
import { samplePdf } from './sample-pdf.mjs';
import { drawnSeal, sealer as holder, SIGNED, trust, VERIFIED } from './world.mjs';

const dir = mkdtempSync(join(tmpdir(), 'gov-bench-pdf-'));
process.on('exit', () => rmSync(dir, { recursive: true }));

const seal = await drawnSeal();
const sealing = { seal, certificate: holder.certificate, signer: holder.signer, xMm: 150, yMm: 60, time: SIGNED };
const key = generateSm2Key();
const signer = sm2Signer(key);
const verifier = sm2Verifier(key.publicKey);

const sealer = new PdfSealer(sealing);
const peers = await pdfPeers();

/** @param {string} work @param {{ sample: Parameters<typeof samplePdf>[0], timesFloor: number, rounds?: number }} options */
async function rowsOf(work, { sample, timesFloor, rounds = 7 }) {
  const { pages, streams } = sample;
  const name = join(dir, work.replace(/\W+/g, '-'));
  const input = `${name}.pdf`;
  const sealed = `${name}-sealed.pdf`;
  const twice = `${name}-twice.pdf`;
  const out = `${name}-out.pdf`;
  const pdf = samplePdf(sample);
  const once = await sealer.seal(pdf, { ...sealing, page: pages });
  writeFileSync(input, pdf);
  writeFileSync(sealed, once);
  writeFileSync(twice, await sealer.seal(once, { ...sealing, page: 1 }));
  const digestSignature = await signer.sign(sm3(once));
  const able = peers.filter(({ label }) => !(streams && label === '@signpdf'));
  /** @type {import('./harness.mjs').Row[]} */
  const rows = [
    {
      work: `seal ${work}`,
      ours: {
        label: '@gov/e-seal',
        run: async () => writeFileSync(out, await sealer.seal(readFileSync(input), { ...sealing, page: pages })),
      },
      floor: {
        label: 'read, SM3, SM2, write',
        run: async () => {
          const bytes = readFileSync(input);
          await signer.sign(sm3(bytes));
          writeFileSync(out, bytes);
        },
      },
      peers: able.map(({ label, sign }) => ({
        label,
        run: async () => writeFileSync(out, await sign(readFileSync(input))),
      })),
      goal: { ofFloor: 1 / timesFloor, times: Object.fromEntries(able.map(({ label }) => [label, 1])) },
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
    {
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
    },
  ];
  return rows;
}

/** @param {string} file */
async function verified(file) {
  const { verdict } = await verifyPdf(readFileSync(file), { at: VERIFIED, trust });
  if (verdict !== 'valid') throw new Error(`${file}: ${verdict}`);
}

export const rows = [
  ...(await rowsOf('1 MB', { sample: { bytes: 1e6, pages: 4 }, timesFloor: 1.5 })),
  ...(await rowsOf('20 MB', { sample: { bytes: 20e6, pages: 40 }, timesFloor: 1.5 })),
  ...(await rowsOf('20 MB, object streams', { sample: { bytes: 20e6, pages: 40, streams: true }, timesFloor: 1.5 })),
  ...(await rowsOf('18 MB of 5,000 pages', { sample: { bytes: 18e6, pages: 5000 }, timesFloor: 1.6, rounds: 5 })),
];
