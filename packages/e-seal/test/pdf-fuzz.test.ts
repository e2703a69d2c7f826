/** Spoilt files of every kind that is sealed: nothing but a `GovError`, soon, in little memory, and never valid by mistake. */
import { signPdf, timestampPdf, verifyPdf } from '@gov/e-seal/pdf';
import {
  byteRangeOf,
  coveredBytes,
  decodeStream,
  eachPage,
  openPdf,
  PdfArray,
  PdfDict,
  type PdfDocument,
  type PdfObject,
  PdfRef,
  PdfStream,
  signaturesOf,
} from '@gov/pdf';
import { bytesToHex, Sm3 } from '@gov/sm';
import { isGovError } from '@gov/verdict';
import { expect, it } from 'vitest';
import { PdfCorpus } from '../../../test/fuzz/pdf-mutation.js';
import { fuzz } from '../../../test/fuzz/run.js';
import { TIMES } from '../../../test/world.js';
import { ENCRYPTED } from '../../pdf/test/encrypted-files.js';
import { makeScene } from './forged/world.js';
import { makePeople, trustBoth } from './honest/people.js';
import { fillAmount, fillApplicant, type Stage, tick, validationData } from './honest/sequence.js';

async function seedsOf(stage: Stage): Promise<Uint8Array[]> {
  const { scene, people } = stage;
  const letter = await scene.sealed('letter');
  const form = await scene.sealed('form');
  const certified = await scene.sealed('form, certified 2');
  const time = TIMES.signed;
  const timestamp = people.stampAt(time);
  return [
    letter,
    await scene.sealed('letter, cross-reference stream'),
    await scene.sealed('letter, object streams'),
    await scene.sealed('letter, sealed twice'),
    await tick(await fillAmount(form, stage), stage),
    await scene.seal(await fillApplicant(certified, stage), { page: 2 }, scene.insider),
    await scene.sealed('form, certified 1'),
    await scene.sealed('form, amount locked'),
    await timestampPdf(await validationData(letter, stage), { timestamp }),
    await signPdf(letter, { ...people.rsa, chain: [people.root], time }),
    await signPdf(form, { ...people.ecdsa, chain: [people.root], time, timestamp }),
    await signPdf(letter, { ...scene.insider.holder, time }),
    // Encrypted, and open to everybody.
    ...(await Promise.all(
      ['rc4-128-open', 'aes-128-packed'].map((name) =>
        scene.seal(ENCRYPTED[name]!.file, { xMm: 30, yMm: 30, password: 'owner' }),
      ),
    )),
  ];
}

/** The bytes that a signature covers. */
function coveredDigest(doc: PdfDocument, signature: ReturnType<typeof signaturesOf>[number]): string | undefined {
  const range = byteRangeOf(doc, signature);
  if (range === undefined) return undefined;
  const hash = new Sm3();
  for (const part of coveredBytes(doc, range)) hash.update(part);
  return bytesToHex(hash.digest());
}

/** What all pages draw, annotations apart: boxes, content, and every resource, with references followed. */
function drawn(doc: PdfDocument): string {
  const hash = new Sm3();
  const put = (text: string): void => void hash.update(new TextEncoder().encode(`${text}\n`));
  const seen = new Set<number>();
  const walk = (object: PdfObject | undefined): void => {
    if (object instanceof PdfRef) {
      put(`ref ${object.number}`);
      if (seen.has(object.number)) return;
      seen.add(object.number);
      walk(doc.get(object));
    } else if (object instanceof PdfStream) {
      walk(object.dict.without('Length'));
      hash.update(decodeStream(doc, object));
    } else if (object instanceof PdfArray) for (const item of object.items) walk(item);
    else if (object instanceof PdfDict) {
      for (const [key, { value }] of [...object.entries].sort(([a], [b]) => (a < b ? -1 : 1))) {
        put(key);
        walk(value);
      }
    } else put(String(object));
  };
  for (const { number } of eachPage(doc)) {
    const page = doc.page(number);
    put(JSON.stringify([page.mediaBox, page.cropBox, page.rotate, page.userUnit]));
    walk(page.dict.get('Contents'));
    for (let node: PdfObject = page.dict; node instanceof PdfDict; node = doc.resolve(node.get('Parent')))
      if (node.has('Resources')) {
        walk(node.get('Resources'));
        break;
      }
  }
  return bytesToHex(hash.digest());
}

it('whatever the bytes', { timeout: 1_200_000 }, async () => {
  const scene = await makeScene();
  const people = await makePeople();
  const seeds = await seedsOf({ scene, people });
  const trust = trustBoth(scene.world.root.certificate, people);
  const verify = (pdf: Uint8Array) => verifyPdf(pdf, { at: TIMES.verified, trust });
  /** By the digest of the covered bytes, what the pages of that revision draw. */
  const signed = new Map<string, string>();
  for (const seed of seeds) {
    expect((await verify(seed)).verdict).toBe('valid');
    const doc = openPdf(seed);
    for (const signature of signaturesOf(doc)) {
      const digest = coveredDigest(doc, signature);
      if (digest !== undefined) signed.set(digest, drawn(doc.asOf(signature.revisionIndex ?? 0)));
    }
  }
  let valid = 0;
  const wrong: string[] = [];
  const verdicts: Record<string, number> = {};
  const read = async (pdf: Uint8Array): Promise<void> => {
    const report = await verify(pdf);
    verdicts[report.verdict] = (verdicts[report.verdict] ?? 0) + 1;
    if (report.verdict !== 'valid') return;
    valid++;
    const doc = openPdf(pdf);
    for (const signature of signaturesOf(doc)) {
      const shown = signed.get(coveredDigest(doc, signature) ?? '');
      if (shown === undefined) wrong.push(`signed bytes changed: ${Buffer.from(pdf).toString('base64')}`);
      else if (shown !== drawnNow(doc)) wrong.push(`pages changed: ${Buffer.from(pdf).toString('base64')}`);
      if (wrong.length > 0) throw new Error(`valid, but ${wrong[0]}`);
    }
  };
  const { runs, slowestMs, memory, codes } = await fuzz(read, new PdfCorpus(seeds), { count: 20_000, maxMs: 2000 });
  const told = Object.entries({ ...verdicts, ...codes }).map(([code, count]) => `${code} ${count}`);
  console.log(
    `sealed PDF: ${runs} mutations, slowest ${slowestMs.toFixed(1)} ms, ${(memory / 2 ** 20).toFixed(0)} MiB; ${told.join(', ')}`,
  );
  expect(runs).toBeGreaterThan(500);
  expect(valid).toBeGreaterThan(10);
});

/** What cannot be read any more is not what was signed. */
function drawnNow(doc: PdfDocument): string {
  try {
    return drawn(doc);
  } catch (error) {
    if (isGovError(error)) return error.code;
    throw error;
  }
}
