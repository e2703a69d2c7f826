// How much memory sealing and verifying a PDF takes at most, each in a process of its own: `peakMemory` starts this file as a
// program, which does one thing and prints its peak resident size in megabytes.
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const SIGNED = new Date('2026-05-20T02:00:00Z');
const VERIFIED = new Date('2026-11-22T04:00:00Z');

/**
 * Files that the program needs: a small process draws no seal.
 * @param {string} dir
 * @param {{ seal: Uint8Array, certificate: Uint8Array, key: Uint8Array, root: Uint8Array }} world
 */
export function writeWorld(dir, world) {
  for (const [name, bytes] of Object.entries(world)) writeFileSync(join(dir, `${name}.der`), bytes);
}

/**
 * @param {'seal' | 'verify' | string} who ours, or the label of a peer
 * @param {string} input
 * @param {string} output what is written, or for `verify` read
 * @param {string} dir where `writeWorld` wrote
 * @returns {Promise<number>} megabytes
 */
export async function peakMemory(who, input, output, dir) {
  const { stdout } = await promisify(execFile)(process.execPath, [import.meta.filename, who, input, output, dir]);
  return Number(stdout.trim().split('\n').at(-1));
}

/** @param {string} input @param {string} output @param {string} dir */
async function seal(input, output, dir) {
  const [{ readSeal }, { sealPdfFile }, { readCertificate }, { readSm2PrivateKey, sm2Signer }] = await Promise.all([
    import('@gov/e-seal'),
    import('@gov/e-seal/pdf/file'),
    import('@gov/pki'),
    import('@gov/sm'),
  ]);
  await sealPdfFile(input, output, {
    seal: readSeal(readFileSync(join(dir, 'seal.der'))),
    certificate: readCertificate(readFileSync(join(dir, 'certificate.der'))),
    signer: sm2Signer(readSm2PrivateKey(readFileSync(join(dir, 'key.der')))),
    place: { page: 1, xMm: 150, yMm: 60 },
    time: SIGNED,
    overwrite: true,
  });
}

/** @param {string} file @param {string} dir */
async function verify(file, dir) {
  const [{ openFile }, { verifyPdf }, { readCertificate, TrustStore }] = await Promise.all([
    import('@gov/pdf/file'),
    import('@gov/e-seal/pdf'),
    import('@gov/pki'),
  ]);
  const trust = new TrustStore({ anchors: [readCertificate(readFileSync(join(dir, 'root.der')))] });
  const opened = openFile(file);
  const { verdict } = await verifyPdf(opened, { at: VERIFIED, trust });
  opened.close();
  if (verdict !== 'valid') throw new Error(`${file}: ${verdict}`);
}

/** @param {string} label @param {string} input @param {string} output */
async function peer(label, input, output) {
  const { pdfPeers } = await import('./pdf-peers.mjs');
  const [found] = await pdfPeers([label]);
  if (found === undefined) throw new Error(`no peer ${label}`);
  writeFileSync(output, await found.sign(readFileSync(input)));
}

/** Kilobytes. On Linux `maxRSS` begins with what the parent had when it forked; the kernel's own mark does not. */
function peak() {
  const { maxRSS } = process.resourceUsage();
  if (process.platform !== 'linux') return maxRSS;
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? maxRSS);
}

const [, program, who, input, output, dir] = process.argv;
if (program === import.meta.filename && who && input && output && dir) {
  if (who === 'seal') await seal(input, output, dir);
  else if (who === 'verify') await verify(output, dir);
  else await peer(who, input, output);
  console.log(Math.round(peak() / 1000));
}
