/** CMS and timestamps by `@gov/pki`. */
import { readCertificate } from '@gov/pki';
import { type CmsSignerSubject, decryptCms, encryptCms, readSignedData, signCms, verifyCms } from '@gov/pki/cms';
import {
  createTimestampRequest,
  readTimestampRequest,
  readTimestampResponse,
  type TimestampHash,
  type TimestampToken,
  timestampNonce,
  verifyTimestamp,
} from '@gov/pki/timestamp';
import { tsaHandler } from '@gov/pki/tsa';
import { readSm2PrivateKey } from '@gov/sm';
import { sm2Decrypter } from '@gov/sm/sm2-encryption';
import type { Report } from '@gov/verdict';
import type { Bytes } from '../peer.js';
import { equal } from '../peer.js';
import { CONTENT, type Exhibits, NAMES } from './exhibits.js';
import { codes, type GovPki, trustIn } from './gov-certificates.js';
import type { Refusal, Skill } from './matrix.js';

const whyNot = ({ verdict, findings, signatures = [] }: Report): Refusal =>
  verdict === 'valid'
    ? undefined
    : codes([...findings, ...signatures.flatMap((one) => one.findings)].filter(({ check }) => check !== 'revocation'));

export const signedData = (
  pki: GovPki,
  { attached, signers }: { readonly attached: boolean; readonly signers: number },
): Skill<Exhibits['CMS SignedData, attached']> => ({
  make: {
    async run() {
      const names = Array.from({ length: signers }, (_, i) => `${NAMES.leaf} ${i + 1}`);
      const holders = await Promise.all(names.map((name) => pki.leaf(name)));
      const cms = await signCms(CONTENT, { signers: holders, signingTime: new Date(), detached: !attached });
      return { ...(await pki.roots()), cms, content: CONTENT, signers };
    },
  },
  take: {
    async run({ cms, content, root, signers }) {
      const report = await verifyCms(cms, { at: new Date(), trust: trustIn(root), ...(attached ? {} : { content }) });
      const refusal = whyNot(report);
      if (refusal !== undefined) return refusal;
      if (report.subject.signers !== signers) return `${report.subject.signers} signers`;
      const dialects = report.signatures?.map(({ subject }) => (subject as CmsSignerSubject).dialect) ?? [];
      if (dialects.some((dialect) => dialect !== 'attributes')) return dialects.join(', ');
      const inside = readSignedData(cms).content;
      if (!attached) return inside === undefined ? undefined : 'content in it';
      return inside !== undefined && equal(inside, content) ? undefined : 'another content';
    },
  },
});

export const envelopedData = (pki: GovPki): Skill<Exhibits['CMS EnvelopedData, SM4-CBC']> => ({
  make: {
    async run() {
      const { certificate, pkcs8 } = await pki.leaf(NAMES.leaf, 'recipient');
      const cms = await encryptCms(CONTENT, { recipients: [certificate] });
      const { pkcs8: strangerKey } = await pki.keyOf(NAMES.child);
      return { cms, content: CONTENT, recipient: certificate.bytes, key: pkcs8, strangerKey };
    },
  },
  take: {
    async run({ cms, content, recipient, key }) {
      const decrypter = sm2Decrypter(readSm2PrivateKey(key));
      const opened = await decryptCms(cms, { certificate: readCertificate(recipient), decrypter });
      return equal(opened.content, content) ? undefined : 'another content';
    },
  },
});

const authority = async (pki: GovPki): Promise<(request: Bytes) => Promise<TimestampToken>> => {
  const { certificate, signer } = await pki.leaf('Interop authority', 'timestamp');
  const handler = tsaHandler({
    ...{ certificate, signer, policy: '1.2.3.4.1' },
    clock: () => new Date(),
    serial: async () => 7n,
  });
  return async (request) => {
    const headers = { 'content-type': 'application/timestamp-query' };
    const body = Uint8Array.from(request);
    const response = await handler(new Request('http://tsa.example/', { method: 'POST', headers, body }));
    return readTimestampResponse(new Uint8Array(await response.arrayBuffer()));
  };
};

export const timestampRequest = (pki: GovPki, hash: TimestampHash): Skill<Exhibits['timestamp request, SM3']> => ({
  make: {
    run: () => ({
      request: createTimestampRequest({ content: CONTENT, hash, nonce: timestampNonce() }),
      data: CONTENT,
    }),
  },
  take: {
    // Our authority answers, and the answer is held against the request and the data.
    async run({ request, data }) {
      const token = await (await authority(pki))(request);
      const { nonce } = readTimestampRequest(request);
      if (token.info.imprint.hash !== hash) return `imprint by ${token.info.imprint.hash}`;
      const trust = trustIn((await pki.roots()).root);
      const question = { content: data, ...(nonce === undefined ? {} : { nonce }) };
      return whyNot(await verifyTimestamp(token, question, { at: new Date(), trust }));
    },
  },
});

export const timestampToken = (pki: GovPki, hash: TimestampHash): Skill<Exhibits['timestamp token, SM3']> => ({
  make: {
    async run() {
      const { bytes } = await (await authority(pki))(createTimestampRequest({ content: CONTENT, hash }));
      return { ...(await pki.roots()), token: bytes, data: CONTENT };
    },
  },
  take: {
    run: async ({ token, data, root }) =>
      whyNot(await verifyTimestamp(token, { content: data }, { at: new Date(), trust: trustIn(root) })),
  },
});
