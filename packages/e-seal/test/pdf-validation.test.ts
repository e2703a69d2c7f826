/** Validation data: gathered from CRLs and responders, put beside what others left, and missing where it cannot be had. */
import {
  beginUpdate,
  extendSecurityStore,
  openPdf,
  SECURITY_STORE_LIMITS,
  securityStoreOf,
  type ValidationData,
} from '@gov/pdf';
import { type Certificate, TrustStore } from '@gov/pki';
import { authorityInfoAccess, crlDistributionPoints, extendedKeyUsage, extension, issueCertificate } from '@gov/pki/ca';
import { issueIntermediate, issueLeaf } from '@gov/pki/dev-ca';
import { ocspResponder } from '@gov/pki/ocsp';
import { generatePrivateKey } from '@gov/pki/private-key';
import { type Fetch, gatherRevocation, issueCrl } from '@gov/pki/revocation';
import { isGovError } from '@gov/verdict';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { makePadesWorld, type PadesWorld } from '../../../test/pades-world.js';
import { type Holder, makeRoot, makeWorld, TIMES } from '../../../test/world.js';
import { addValidationData, signPdf, verifyPdf } from '../src/pdf/index.js';
import { ascii, codeOf } from './build.js';
import { buildPdf, furtherSigned, signatures } from './pdf-build.js';

const VALIDITY = { notBefore: TIMES.certificatesFrom, notAfter: TIMES.certificatesTo };
const AT = new Date('2026-05-20T03:00:00Z');
const plain = buildPdf();
const crlOf = ({ certificate, signer }: Holder) =>
  issueCrl({
    issuer: certificate,
    signer,
    entries: [],
    thisUpdate: new Date('2026-05-20T01:00:00Z'),
    nextUpdate: TIMES.certificatesTo,
    crlNumber: 1n,
  });

let world: PadesWorld;
/** Root → authority → signer; the root has a CRL, the authority a responder with a certificate of its own. */
let authority: Holder;
let signer: Holder;
let trust: TrustStore;
beforeAll(async () => {
  world = await makePadesWorld();
  const of = async () => (await generatePrivateKey('ECDSA-P256-SHA256')).signer;
  const [authorityKey, signerKey] = [await of(), await of()];
  const ca = world.root;
  authority = {
    signer: authorityKey,
    certificate: await issueIntermediate({
      ca,
      subject: 'CN=Authority,C=CN',
      publicKey: authorityKey.publicKey,
      extensions: [crlDistributionPoints(['http://crl.example/root'])],
      ...VALIDITY,
    }),
  };
  signer = {
    signer: signerKey,
    certificate: await issueLeaf({
      ca: authority,
      use: 'signer',
      subject: 'CN=Signer,C=CN',
      publicKey: signerKey.publicKey,
      extensions: [authorityInfoAccess({ ocsp: ['http://ocsp.example/'] })],
      ...VALIDITY,
    }),
  };
  trust = new TrustStore({ anchors: [world.root.certificate] });
});

/** A responder of the authority; `noCheck`: it says that nobody needs to ask about it. */
async function responder(noCheck: boolean): Promise<Holder> {
  const { signer } = await generatePrivateKey('ECDSA-P256-SHA256');
  const certificate = await issueCertificate({
    issuer: authority.certificate,
    signer: authority.signer,
    subject: 'CN=Responder,C=CN',
    publicKey: signer.publicKey,
    extensions: [
      extendedKeyUsage(['1.3.6.1.5.5.7.3.9']),
      ...(noCheck ? [extension('1.3.6.1.5.5.7.48.1.5', Uint8Array.of(5, 0))] : []),
    ],
    ...VALIDITY,
  });
  return { certificate, signer };
}

/** The network of this world. */
async function network(by: Holder, status: 'good' | 'revoked' = 'good'): Promise<Fetch> {
  const rootCrl = await crlOf(world.root);
  const answer = ocspResponder({
    ...by,
    issuer: authority.certificate,
    statusOf: () => (status === 'good' ? { status } : { status, revokedAt: new Date('2026-04-01T00:00:00Z') }),
    clock: () => AT,
  });
  return async (request) =>
    request.url.includes('ocsp') ? answer(request) : new Response(Uint8Array.from(rootCrl.bytes));
}

const signed = () => signPdf(plain, { ...signer, chain: [authority.certificate], time: TIMES.signed });
const gathering = (fetch: Fetch) => ({
  trust,
  at: AT,
  fetchRevocation: (path: readonly Certificate[]) => gatherRevocation(path, { trust, at: AT, fetch }),
});

describe('from a network', () => {
  it('brings CRLs, OCSP responses and their responder', async () => {
    const by = await responder(true);
    const out = await addValidationData(await signed(), gathering(await network(by)));
    const store = securityStoreOf(openPdf(out));
    expect([store.crls.length, store.ocspResponses.length]).toEqual([1, 1]);
    const all = [signer, authority, world.root, by].map(({ certificate }) => String(certificate.bytes));
    expect(new Set(store.certificates.map(String))).toEqual(new Set(all));
  });

  it('asks about a responder too, unless its certificate says that nobody needs to', async () => {
    const by = await responder(false);
    const file = await signed();
    const fetch = await network(by);
    expect(await codeOf(() => addValidationData(file, gathering(fetch)))).toBe('validation-data-missing');
    const revocation = { crls: [await crlOf(authority)], ocspResponses: [] };
    const out = await addValidationData(file, { ...gathering(fetch), revocation });
    expect(securityStoreOf(openPdf(out)).crls).toHaveLength(2);
  });

  it('keeps the word of those who say revoked: it is what they said', async () => {
    const out = await addValidationData(await signed(), gathering(await network(await responder(true), 'revoked')));
    expect(securityStoreOf(openPdf(out)).ocspResponses).toHaveLength(1);
  });

  it('leaves out what is about others', async () => {
    const stranger = await makeRoot('CN=Somebody else,C=CN');
    const revocation = { crls: [await crlOf(stranger)], ocspResponses: [] };
    const out = await addValidationData(await signed(), {
      ...gathering(await network(await responder(true))),
      revocation,
    });
    expect(securityStoreOf(openPdf(out)).crls).toHaveLength(1);
  });

  it('gives nothing where nobody answers', async () => {
    const silent: Fetch = async () => new Response(null, { status: 500 });
    expect(await codeOf(async () => addValidationData(await signed(), gathering(silent)))).toBe(
      'validation-data-missing',
    );
  });

  it('makes what a verifier finds without a network', async () => {
    const out = await addValidationData(await signed(), gathering(await network(await responder(true))));
    const report = await verifyPdf(out, { at: AT, trust, require: ['revocation'] });
    const codes = report.signatures?.[0]?.findings
      .filter(({ check }) => check === 'revocation')
      .map(({ code }) => code);
    expect(codes).toEqual(['revocation-ok', 'revocation-ok']);
  });
});

describe('signatures that cannot be read', () => {
  it('have no validation data', async () => {
    const world = await makeWorld();
    for (const contents of [Uint8Array.of(0x30, 3, 6, 1, 1), Uint8Array.of(0x30, 2, 0x30, 0), Uint8Array.of(4, 1, 1)]) {
      const file = await furtherSigned(plain, { holder: world.signer, seal: world.seal, contents });
      expect(await codeOf(() => addValidationData(file, { trust, at: AT }))).toBe('validation-data-missing');
    }
  });
});

const emptyLists = (count: number) => Array.from({ length: count }, (_, n) => `/${n}<<>>`).join('');

describe('the security store', () => {
  const data = (...numbers: number[]): ValidationData => ({
    certificates: numbers.map((n) => Uint8Array.of(n)),
    crls: [Uint8Array.of(100)],
    ocspResponses: [],
  });
  const extended = (pdf: Uint8Array, entries: Record<string, ValidationData>): Uint8Array => {
    const update = beginUpdate(openPdf(pdf));
    if (!extendSecurityStore(update, new Map(Object.entries(entries)))) return pdf;
    return Uint8Array.from(Buffer.concat([pdf, update.toTail()]));
  };
  const [A, B] = ['A'.repeat(40), 'B'.repeat(40)];

  it.each([
    ['nothing', '', []],
    ['a store in the catalog', '/DSS<</Certs[5 0 R]>>', ['<</Length 1>>\nstream\n\x07\nendstream']],
    [
      'a store of its own, with arrays of their own',
      '/DSS 5 0 R',
      ['<</Certs 6 0 R/VRI 7 0 R>>', '[8 0 R]', '<<>>', '<</Length 1>>\nstream\n\x07\nendstream'],
    ],
  ])('grows beside %s', (_, catalog, objects) => {
    const pdf = buildPdf({ catalog, objects });
    const before = securityStoreOf(openPdf(pdf));
    const once = extended(pdf, { [A]: data(7, 8) });
    const store = securityStoreOf(openPdf(once));
    expect(store.certificates).toEqual([Uint8Array.of(7), Uint8Array.of(8)]);
    expect(store.bySignature.get(A)).toEqual(data(7, 8));
    const twice = extended(once, { [A]: data(8, 9), [B]: data(7) });
    expect(securityStoreOf(openPdf(twice)).certificates).toHaveLength(3);
    expect(securityStoreOf(openPdf(twice)).bySignature.get(A)?.certificates).toHaveLength(3);
    expect(securityStoreOf(openPdf(twice)).crls).toHaveLength(1);
    expect(extended(twice, { [A]: data(9), [B]: data(7) })).toBe(twice);
    expect(before.bySignature.size).toBe(0);
  });

  it.each([
    ['a number', '/DSS 1', 'pdf-malformed'],
    ['a number for an array', '/DSS<</Certs 1>>', 'pdf-malformed'],
    ['a number for a stream', '/DSS<</Certs[1]>>', 'pdf-malformed'],
    ['an array for a dictionary', '/DSS<</VRI[]>>', 'pdf-malformed'],
    ['a number for a dictionary', `/DSS<</VRI<</${A} 1>>>>`, 'pdf-malformed'],
    ['as many items as are read', `/DSS<</Certs[${'5 0 R '.repeat(SECURITY_STORE_LIMITS.items)}]>>`, 'nothing thrown'],
    ['one more', `/DSS<</Certs[${'5 0 R '.repeat(SECURITY_STORE_LIMITS.items + 1)}]>>`, 'pdf-limit'],
    [
      'as many signatures as are read',
      `/DSS<</VRI<<${emptyLists(SECURITY_STORE_LIMITS.signatures)}>>>>`,
      'nothing thrown',
    ],
    ['one signature more', `/DSS<</VRI<<${emptyLists(SECURITY_STORE_LIMITS.signatures + 1)}>>>>`, 'pdf-limit'],
  ])('with %s', async (_, catalog, code) => {
    const pdf = buildPdf({ catalog, objects: ['<</Length 1>>\nstream\n\x07\nendstream'] });
    expect(await codeOf(async () => securityStoreOf(openPdf(pdf)))).toBe(code);
  });

  it('of any kind throws nothing but GovError', () => {
    const keys = '/DSS<</Certs[5 0 R]/CRLs[5 0 R]/OCSPs 6 0 R/VRI<</A<</Cert[5 0 R]>>>>>>';
    const text = Buffer.from(
      buildPdf({ catalog: keys, objects: ['<</Length 1>>\nstream\n\x07\nendstream', '[5 0 R]'] }),
    ).toString('latin1');
    const at = text.indexOf('/DSS');
    fc.assert(
      fc.property(fc.nat(keys.length - 1), fc.constantFrom(...'0123456789 []<>/()RACsnull'), (offset, char) => {
        const pdf = ascii(text.slice(0, at + offset) + char + text.slice(at + offset + 1));
        try {
          securityStoreOf(openPdf(pdf));
          extended(pdf, { [A]: data(1) });
        } catch (error) {
          expect(isGovError(error)).toBe(true);
        }
      }),
      { numRuns: process.env.SLOW === undefined ? 500 : 20_000 },
    );
    expect(signatures(ascii(text))).toEqual([]);
  });
});
