/** Acts of more than one signature, and what a seal may demand of a document and a document of a seal. */
import { appendedFile, certificationOf, memoryFile, openPdf, type PdfFile, signaturesOf } from '@gov/pdf';
import { TrustStore } from '@gov/pki';
import { readTimestampToken } from '@gov/pki/timestamp';
import { sm3 } from '@gov/sm';
import { beforeAll, describe, expect, it } from 'vitest';
import { makePadesWorld, type PadesWorld } from '../../../test/pades-world.js';
import { makeLeaf, makeWorld, sealOptions, TIMES, type World } from '../../../test/world.js';
import { ENCRYPTED } from '../../pdf/test/encrypted-files.js';
import { makeSeal, readSesSignature } from '../src/index.js';
import {
  completeSeal,
  PdfSealer,
  prepareSeal,
  type SealPdfOptions,
  sealPdf,
  signPdf,
  timestampPdf,
  verifyPdf,
} from '../src/pdf/index.js';
import { sealTails } from '../src/pdf/internal/seal-steps.js';
import { signTails } from '../src/pdf/internal/sign-steps.js';
import { codeOf, concat } from './build.js';
import { buildPdf, placed, sealed, signatures } from './pdf-build.js';

let world: World;
let rsa: PadesWorld;
const plain = buildPdf({ pages: [{}, {}] });
const at = (xMm: number, page = 1) => ({ page, xMm, yMm: 100 });

beforeAll(async () => {
  [world, rsa] = [await makeWorld(), await makePadesWorld()];
});
const verdicts = async (pdf: Uint8Array, trust: { anchors: World['trust']['anchors'] } = world.trust) => {
  const all = new TrustStore({ anchors: [...trust.anchors, ...rsa.trust.anchors] });
  const { signatures } = await verifyPdf(pdf, { at: TIMES.verified, trust: all });
  return signatures?.map(({ verdict }) => verdict);
};
const dual = () => ({ ...rsa.signer, chain: [rsa.root.certificate] });
const withField = (keys = '') =>
  buildPdf({
    catalog: '/AcroForm<</Fields[5 0 R]>>',
    pages: [{ keys: '/Annots[5 0 R]' }],
    objects: [`<</FT/Sig/T(Office)/Type/Annot/Subtype/Widget/F 4/Rect[100 100 400 400]/P 3 0 R${keys}>>`],
  });

describe('a dual seal', () => {
  it('is a seal and a standard signature over it, in one act', async () => {
    const out = await sealed(plain, world, { dual: dual() });
    expect(out.subarray(0, plain.length)).toEqual(plain);
    const [seal, signature] = signatures(out);
    expect([seal, signature]).toMatchObject([
      { subFilter: 'GM.sm2seal', revisionIndex: 1 },
      { subFilter: 'ETSI.CAdES.detached', revisionIndex: 2 },
    ]);
    // The signature covers the seal, and does not show.
    expect(signature?.widgets).toMatchObject([{ rect: [0, 0, 0, 0], appearance: undefined }]);
    expect(await verdicts(out)).toEqual(['valid', 'valid']);
  });

  it('shows both where both have a place, and lasts where it is asked to', async () => {
    const validation = { trust: rsa.trust, revocation: rsa.revocation, at: TIMES.verified };
    const shown = { place: at(160), picture: world.seal.picture };
    const out = await sealed(plain, world, {
      dual: { ...dual(), ...shown, level: 'B-LTA', timestamp: rsa.timestamp, validation },
    });
    expect(signatures(out).map(({ widgets }) => widgets[0]?.appearance !== undefined)).toEqual([true, true, false]);
    expect(openPdf(out).revisions).toHaveLength(5);
  });

  it('of a sealer for many', async () => {
    const { place, time, ...own } = placed(world, { dual: dual() });
    const sealer = new PdfSealer(own);
    for (const pdf of [plain, buildPdf()])
      expect(await verdicts(await sealer.seal(pdf, { place, time }))).toEqual(['valid', 'valid']);
  });

  it('leaves nothing where the second signature is refused', async () => {
    const outsider = { ...dual(), signer: rsa.tsa.signer };
    expect(await codeOf(() => sealed(plain, world, { dual: outsider }))).toBe('key-mismatch');
    // A certification that permits nothing does not even permit this.
    expect(await codeOf(() => sealed(plain, world, { dual: dual(), certify: 1 }))).toBe('pdf-certified');
    expect(await verdicts(await sealed(plain, world, { dual: dual(), certify: 2 }))).toEqual(['valid', 'valid']);
  });
});

describe('several acts in one call', () => {
  it('are several seals, each over those before', async () => {
    const other = await makeLeaf(world.root, 'signer', { subject: 'CN=other,C=CN' });
    const seal = await makeSeal({ ...sealOptions(world.maker, [other]), name: '另一单位' });
    const acts: SealPdfOptions[] = [
      placed(world, { place: at(60) }),
      placed(world, { place: [at(100), at(100, 2)], seal, ...other }),
      placed(world, { place: at(140), dual: dual() }),
    ];
    const out = await sealPdf(plain, acts);
    expect(signatures(out).map(({ name }) => name)).toEqual([
      '某市行政审批局',
      '另一单位',
      '某市行政审批局',
      'Test signer',
    ]);
    expect(signatures(out)[1]?.widgets.map(({ page }) => page)).toEqual([1, 2]);
    expect(await verdicts(out)).toEqual(Array(4).fill('valid'));
  });

  it('are none where one of them is refused, and what can be is refused at once', async () => {
    let read = 0;
    const counted: PdfFile = {
      length: plain.length,
      read: (start, end) => {
        read++;
        return plain.subarray(start, end);
      },
    };
    const late = placed(world, { time: new Date('2031-02-01') });
    expect(await codeOf(() => sealPdf(counted, [placed(world), late]))).toBe('seal-expired');
    expect(read).toBe(0);
    expect(await codeOf(() => sealPdf(counted, [placed(world), placed(world, { place: at(100, 3) })]))).toBe(
      'pdf-page-missing',
    );
  });
});

describe('steps', () => {
  it('answer only what is to be appended', async () => {
    const options = placed(world, { dual: dual() });
    const [first, second, ...none] = await sealTails(memoryFile(plain), options);
    expect(none).toEqual([]);
    expect(await verdicts(concat(plain, first!, second!))).toEqual(['valid', 'valid']);
    const file = appendedFile(memoryFile(plain), first!);
    const [signed] = await signTails(file, { ...rsa.signer, time: TIMES.signed });
    expect(await verdicts(concat(plain, first!, signed!))).toEqual(['valid', 'valid']);
    expect(await sealPdf(memoryFile(plain), options)).toHaveLength(plain.length + first!.length + second!.length);
  });
});

describe('a timestamp in the seal', () => {
  it('is on the signature value, and proves the time', async () => {
    const sm = await makePadesWorld('SM2-SM3', 'SM2-SM3');
    const out = await sealed(plain, world, { timestamp: sm.timestamp });
    const { timeStamp, signature } = readSesSignature(signatures(out)[0]!.contents!, { padded: true });
    const { imprint } = readTimestampToken(timeStamp!).info;
    expect(imprint.digest).toEqual(sm3(signature));
    const trust = new TrustStore({ anchors: [...world.trust.anchors, ...sm.trust.anchors] });
    const report = await verifyPdf(out, { at: TIMES.verified, trust, require: ['timestamp'] });
    expect(report.verdict).toBe('valid');
    const wrong = (timestamp: SealPdfOptions['timestamp'] & {}) => codeOf(() => sealed(plain, world, { timestamp }));
    expect(await wrong(async () => new Uint8Array(20_000))).toBe('timestamp-malformed');
    expect(await wrong(() => sm.timestamp(Uint8Array.of(1)))).toBe('timestamp-answer-wrong');
    expect(await wrong(sm.digestTimestamp)).toBe('nothing thrown');
  });
});

describe('an encrypted document', () => {
  it.each(Object.entries(ENCRYPTED))(
    '%s: is sealed, signed twice over, and stays encrypted',
    async (_, { user, owner, file }) => {
      const out = await sealed(file, world, { password: owner, place: { page: 1, xMm: 50, yMm: 35 }, dual: dual() });
      expect(out.subarray(0, file.length)).toEqual(file);
      const stamped = await timestampPdf(out, { password: owner, timestamp: rsa.timestamp });
      const all = new TrustStore({ anchors: [...world.trust.anchors, ...rsa.trust.anchors] });
      const report = await verifyPdf(stamped, { at: TIMES.verified, trust: all, password: user });
      expect(report.signatures?.map(({ verdict }) => verdict)).toEqual(['valid', 'valid', 'valid']);
      expect(Buffer.from(out).includes('Test signer')).toBe(false);
      if (user !== '') expect(await codeOf(() => sealed(file, world))).toBe('pdf-encrypted');
      const { signer: __, ...options } = placed(world, { password: owner, place: { page: 1, xMm: 50, yMm: 35 } });
      const pending = await prepareSeal(file, options);
      const value = await world.signer.signer.sign(pending.toSign);
      expect(
        signaturesOf(openPdf(await completeSeal(pending, value, { password: owner }), { password: owner })),
      ).toHaveLength(1);
    },
  );
});

describe('a damaged document', () => {
  it('is repaired by appending where that is asked for, and signed over and over', async () => {
    const damaged = Uint8Array.from(
      Buffer.from(
        Buffer.from(plain)
          .toString('latin1')
          .replace(/startxref\n\d+/, 'startxref\n7'),
        'latin1',
      ),
    );
    expect(await codeOf(() => sealed(damaged, world))).toBe('pdf-malformed');
    const out = await sealed(damaged, world, { repair: true, dual: dual() });
    expect(out.subarray(0, damaged.length)).toEqual(damaged);
    expect(signaturesOf(openPdf(out)).map(({ fieldName }) => fieldName)).toEqual(['Signature1', 'Signature2']);
    expect(await verdicts(out)).toEqual(['valid', 'valid']);
  });
});

describe('what a document permits', () => {
  it('is said by a seal that certifies', async () => {
    for (const certify of [1, 2, 3] as const) {
      const out = await sealed(plain, world, { certify });
      expect(certificationOf(openPdf(out))).toBe(certify);
      expect(await verdicts(out)).toEqual(['valid']);
      expect(await codeOf(() => sealed(out, world, { place: at(60) }))).toBe(
        certify === 1 ? 'pdf-certified' : 'nothing thrown',
      );
      expect(await codeOf(() => signPdf(out, { ...rsa.signer, time: TIMES.signed }))).toBe(
        certify === 1 ? 'pdf-certified' : 'nothing thrown',
      );
      // A document timestamp is no change.
      expect(signatures(await timestampPdf(out, { timestamp: rsa.timestamp }))).toHaveLength(2);
    }
    expect(await codeOf(async () => sealed(await sealed(plain, world), world, { certify: 2 }))).toBe('pdf-signed');
  });

  it('is locked by a seal for the fields it names', async () => {
    const out = await sealed(withField(), world, { lock: { action: 'Include', fields: ['Office'] } });
    expect(await verdicts(out)).toEqual(['valid']);
    expect(await codeOf(() => sealed(out, world, { place: { field: 'Office' } }))).toBe('pdf-field-locked');
    expect(await codeOf(() => sealed(out, world))).toBe('nothing thrown');
  });

  it('is asked of the field a seal goes into', async () => {
    const small = { place: { field: 'Office' } } as const;
    expect(await verdicts(await sealed(withField(), world, small))).toEqual(['valid']);
    expect(await codeOf(() => sealed(withField('/SV<</Ff 64/DigestMethod[(SHA256)]>>'), world, small))).toBe(
      'pdf-seed-value',
    );
    expect(await codeOf(() => sealed(withField('/SV<</Ff 64/DigestMethod[(SM3)]>>'), world, small))).toBe(
      'nothing thrown',
    );
    expect(await codeOf(() => sealed(withField('/SV<</TimeStamp<</Ff 1>>>>'), world, small))).toBe('pdf-seed-value');
    expect(await codeOf(() => sealed(withField(), world, { place: { field: 'Nobody' } }))).toBe('pdf-field-missing');
    const subject = Buffer.from(world.signer.certificate.bytes).toString('hex');
    expect(await codeOf(() => sealed(withField(`/SV<</Cert<</Ff 1/Subject[<${subject}>]>>>>`), world, small))).toBe(
      'nothing thrown',
    );
    const other = { ...rsa.signer, place: small.place, picture: world.seal.picture, time: TIMES.signed };
    const demanding = withField(`/SV<</Cert<</Ff 1/Subject[<${subject}>]>>>>`);
    expect(await codeOf(() => signPdf(demanding, other))).toBe('pdf-seed-value');
    expect(await codeOf(() => signPdf(withField(), other))).toBe('nothing thrown');
    const { picture: _, ...unseen } = other;
    const [signature, ...none] = signatures(await signPdf(withField(), unseen));
    expect([signature?.fieldName, signature?.widgets[0]?.appearance, none]).toEqual(['Office', undefined, []]);
    expect(await codeOf(() => signPdf(demanding, unseen))).toBe('pdf-seed-value');
    const twice = { ...unseen, place: [small.place, small.place] };
    expect(await codeOf(() => signPdf(withField(), twice))).toBe('invalid-argument');
  });
});
