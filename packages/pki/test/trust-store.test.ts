import {
  authorityFindings,
  type Certificate,
  certificateKid,
  formatName,
  readCertificate,
  TRUST_STORE_MAX_REMEMBERED,
  TrustStore,
} from '@gov/pki';
import { beforeAll, describe, expect, it } from 'vitest';
import { build, codeOf } from './builder.js';
import { changed, RIGHT } from './wrong.js';

let root: Certificate;
let authority: Certificate;
let leaf: Certificate;
beforeAll(async () => {
  root = readCertificate(await build(RIGHT.root));
  authority = readCertificate(await build(RIGHT.authority));
  leaf = readCertificate(await build(RIGHT.leaf));
});
const outcome = async (store: TrustStore, certificate = leaf) =>
  (await store.path(certificate)).findings.map(({ outcome, code }) => `${outcome} ${code}`);

describe('TrustStore', () => {
  it('believes its anchors and looks the rest up', async () => {
    expect(await outcome(new TrustStore({ anchors: [root], certificates: [authority] }))).toEqual(['pass path-ok']);
    expect(await outcome(new TrustStore({ anchors: [], certificates: [root, authority] }))).toEqual([
      'unknown path-no-anchor',
    ]);
    expect(await outcome(new TrustStore({ anchors: [root] }))).toEqual(['unknown path-no-anchor']);
  });

  it('passes its profile on', async () => {
    const silent = readCertificate(await build(changed(RIGHT.root, { extensions: { keyUsage: undefined } })));
    expect(await outcome(new TrustStore({ anchors: [silent], certificates: [authority] }))).toEqual(['pass path-ok']);
    const { keyUsage } = RIGHT.leaf.extensions;
    const unable = readCertificate(await build(changed(RIGHT.root, { extensions: { keyUsage } })));
    for (const [profile, first] of [
      ['lenient', 'warn path-key-usage'],
      ['strict', 'fail path-key-usage'],
    ] as const) {
      const store = new TrustStore({ anchors: [unable], certificates: [authority], profile });
      expect((await outcome(store))[0]).toBe(first);
    }
  });

  it('answers by key identifier, anchors too, and only its own', () => {
    const store = new TrustStore({ anchors: [root], certificates: [authority, root] });
    expect(store.byKid(certificateKid(authority))).toEqual([authority]);
    expect(store.byKid(certificateKid(root))).toEqual([root]);
    expect(store.byKid(certificateKid(leaf))).toEqual([]);
    expect(store.byKid(new Uint8Array(0))).toEqual([]);
  });

  it('works a path out once, also for a second reading of the same bytes, and another for other bytes', async () => {
    const store = new TrustStore({ anchors: [root], certificates: [authority] });
    const again = readCertificate(leaf.bytes.slice());
    expect(await store.path(again)).toBe(await store.path(leaf));
    const forged = readCertificate(await build(changed(RIGHT.leaf, { by: RIGHT.root.key })));
    expect(await outcome(store, forged)).toEqual(['fail path-signature-invalid']);
  });

  it('keeps one verifier per key and algorithm', async () => {
    const store = new TrustStore({ anchors: [root] });
    const verifier = store.verifier(root, root.signatureAlgorithm);
    expect(store.verifier(root, root.signatureAlgorithm)).toBe(verifier);
    expect(await verifier.verify(root.tbs, root.signature)).toBe(true);
    expect(await verifier.verify(leaf.tbs, leaf.signature)).toBe(false);
    expect(await codeOf(() => store.verifier(root, '1.2.840.10045.4.3.2'))).toBe('algorithm-unsupported');
  });

  it('works out names, body and authority once', () => {
    const store = new TrustStore({ anchors: [root] });
    expect(store.about(leaf)).toBe(store.about(readCertificate(leaf.bytes)));
    expect(store.about(leaf).name).toBe(formatName(leaf.subject));
    expect(store.authority(leaf, 'signer')).toEqual(authorityFindings(leaf, 'signer'));
    expect(store.authority(leaf, 'signer')).toBe(store.authority(leaf, 'signer'));
    expect(store.authority(leaf, 'seal-maker')).toEqual(authorityFindings(leaf, 'seal-maker'));
  });

  it('forgets the oldest past its limit', async () => {
    const store = new TrustStore({ anchors: [] });
    const first = store.path(leaf);
    const others = Array.from({ length: TRUST_STORE_MAX_REMEMBERED }, (_, i) => ({
      ...leaf,
      bytes: Uint8Array.of(i >> 8, i & 0xff),
    }));
    for (const other of others.slice(1)) store.path(other);
    // Read anew each time, as from a signed file.
    const again = () => readCertificate(leaf.bytes);
    expect(store.path(again())).toBe(first);
    store.path(others[0]!);
    expect(store.path(again())).not.toBe(first);
  });
});
