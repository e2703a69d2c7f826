import { type Certificate, PATH_LIMITS, readCertificate, validatePath } from '@gov/pki';
import type { SignatureAlgorithm, Signer } from '@gov/sm';
import { beforeAll, describe, expect, it } from 'vitest';
import { cpuTime } from '../../../test/cpu-time.js';
import {
  authorityKeyIdentifier,
  basicConstraints,
  build,
  keyUsage,
  type Spec,
  sm2,
  subjectKeyIdentifier,
  webCryptoSigner,
} from './builder.js';
import { RIGHT } from './wrong.js';

interface Link {
  readonly subject: string;
  readonly issuer?: string;
  readonly key: Signer;
  readonly by: Signer;
  readonly change?: Partial<Spec>;
}

let serial = 0;
const make = async ({ subject, issuer = subject, key, by, change = {} }: Link): Promise<Certificate> =>
  readCertificate(
    await build({
      ...RIGHT.root,
      serialNumber: Uint8Array.of(1, ++serial >> 8, serial & 0xff),
      subject: `CN=${subject}`,
      issuer: `CN=${issuer}`,
      key,
      by,
      extensions: { basicConstraints: basicConstraints(true), keyUsage: keyUsage('keyCertSign') },
      ...change,
    }),
  );
const codes = async (leaf: Certificate, anchors: readonly Certificate[], intermediates: readonly Certificate[]) => {
  const { findings, path, complete } = await validatePath(leaf, { anchors, intermediates });
  return { findings: findings.map(({ outcome, code }) => `${outcome} ${code}`), length: path.length, complete };
};
const right = (length: number) => ({ findings: ['pass path-ok'], length, complete: true });
const noPath = (finding: string) => ({ findings: [finding], length: 1, complete: false });

const keys = Array.from({ length: 20 }, sm2) as [Signer, Signer, Signer, Signer, ...Signer[]];
const [rootKey, caKey, leafKey, wrongKey] = keys;
let root: Certificate;
let ca: Certificate;
let leaf: Certificate;
beforeAll(async () => {
  root = await make({ subject: 'root', key: rootKey, by: rootKey });
  ca = await make({ subject: 'ca', issuer: 'root', key: caKey, by: rootKey });
  leaf = await make({ subject: 'leaf', issuer: 'ca', key: leafKey, by: caKey });
});

describe('the path', () => {
  it('is leaf first, anchor last', async () => {
    const { path } = await validatePath(leaf, { anchors: [root], intermediates: [ca] });
    expect(path).toEqual([leaf, ca, root]);
  });

  it('ends at the first anchor, which need not be a root', async () => {
    expect(await codes(leaf, [ca], [])).toEqual(right(2));
    expect(await codes(leaf, [leaf], [])).toEqual(right(1));
    expect(await codes(leaf, [ca, root], [ca])).toEqual(right(2));
    const reissued = await make({ subject: 'ca', issuer: 'root', key: caKey, by: rootKey });
    expect(await codes(leaf, [root, ca], [reissued])).toEqual(right(2));
  });

  it('is not found without the intermediate, without anchors, or with anchors among the intermediates', async () => {
    expect(await codes(leaf, [root], [])).toEqual(noPath('unknown path-no-anchor'));
    expect(await codes(leaf, [], [ca, root])).toEqual(noPath('unknown path-no-anchor'));
    expect(await codes(root, [], [root])).toEqual(noPath('unknown path-no-anchor'));
  });

  it('does not believe a root that only has the name of the anchor', async () => {
    const false_ = await make({ subject: 'root', key: wrongKey, by: wrongKey });
    const forged = await make({ subject: 'leaf', issuer: 'root', key: leafKey, by: wrongKey });
    expect(await codes(forged, [root], [false_])).toEqual(noPath('fail path-signature-invalid'));
    expect(await codes(false_, [root], [])).toEqual(noPath('fail path-signature-invalid'));
    expect(await codes(forged, [root], [])).toEqual(noPath('fail path-signature-invalid'));
  });

  it('is not shortened by the anchor’s key under another name', async () => {
    const renamed = await make({ subject: 'other', key: caKey, by: caKey });
    expect(await codes(leaf, [renamed], [])).toEqual(noPath('unknown path-no-anchor'));
  });
});

describe('limits', () => {
  const chain = async (length: number) => {
    const links = [root];
    for (let i = 1; i < length; i++) {
      const issuer = i === 1 ? 'root' : `n${i - 1}`;
      links.push(await make({ subject: `n${i}`, issuer, key: keys[i]!, by: i === 1 ? rootKey : keys[i - 1]! }));
    }
    return links.reverse();
  };

  it(`a path of ${PATH_LIMITS.maxLength} certificates is found, one of one more is not`, async () => {
    const just = await chain(PATH_LIMITS.maxLength);
    expect(await codes(just[0]!, [root], just.slice(1, -1))).toEqual(right(PATH_LIMITS.maxLength));
    const long = await chain(PATH_LIMITS.maxLength + 1);
    expect(await codes(long[0]!, [root], long.slice(1, -1))).toEqual(noPath('fail path-limit'));
    // A shorter way is not hidden by the longer one.
    expect(await codes(long[1]!, [root], long.slice(2, -1))).toEqual(right(PATH_LIMITS.maxLength));
  });

  it('cross-certificates in a loop end', async () => {
    const a = await make({ subject: 'a', issuer: 'b', key: keys[4]!, by: keys[5]! });
    const b = await make({ subject: 'b', issuer: 'c', key: keys[5]!, by: keys[6]! });
    const c = await make({ subject: 'c', issuer: 'a', key: keys[6]!, by: keys[4]! });
    const under = await make({ subject: 'x', issuer: 'a', key: leafKey, by: keys[4]! });
    expect(await codes(under, [root], [a, b, c])).toEqual(noPath('unknown path-no-anchor'));
    const out = await make({ subject: 'c', issuer: 'root', key: keys[6]!, by: rootKey });
    expect(await codes(under, [root], [a, b, c, out])).toEqual(right(5));
    const self = await make({ subject: 'a', key: keys[4]!, by: keys[4]! });
    expect(await codes(under, [root], [self, a, b, c, out])).toEqual(right(5));
  });

  it('finds the one good issuer among 100 of the same name, wherever it stands', async () => {
    const others: Certificate[] = [];
    for (let i = 0; i < 100; i++)
      others.push(await make({ subject: 'ca', issuer: 'root', key: keys[4 + (i % 16)]!, by: rootKey }));
    for (const at of [0, 50, 100]) {
      const intermediates = [...others.slice(0, at), ca, ...others.slice(at)];
      expect(await codes(leaf, [root], intermediates)).toEqual(right(3));
    }
    expect(await codes(leaf, [root], others)).toEqual(noPath('fail path-signature-invalid'));
  });

  it('gives up without an accusation when there are too many of them, and soon', async () => {
    const other = await make({ subject: 'ca', issuer: 'root', key: wrongKey, by: rootKey });
    const many = (count: number) => new Array<Certificate>(count).fill(other);
    const just = PATH_LIMITS.maxSignatures - 2;
    expect(await codes(leaf, [root], [...many(just), ca])).toEqual(right(3));
    expect(await codes(leaf, [root], [...many(just + 1), ca])).toEqual(noPath('unknown path-limit'));
    const started = cpuTime();
    expect(await codes(leaf, [root], [...many(20_000), ca])).toEqual(noPath('unknown path-limit'));
    expect(cpuTime() - started).toBeLessThan(5000);
  });

  it('ends in a net of reissued certificates where each leads to all', async () => {
    const net: Certificate[] = [];
    for (const layer of [0, 1, 2, 3, 4, 5]) {
      for (let i = 0; i < 6; i++) {
        net.push(
          await make({ subject: `l${layer}`, issuer: `l${layer + 1}`, key: keys[layer]!, by: keys[layer + 1]! }),
        );
      }
    }
    const under = await make({ subject: 'x', issuer: 'l0', key: leafKey, by: keys[0] });
    const started = cpuTime();
    expect(await codes(under, [root], net)).toEqual(noPath('unknown path-limit'));
    expect(cpuTime() - started).toBeLessThan(5000);
  });
});

describe('a certificate that leads nowhere does not hide a good path', () => {
  it.each<[string, Link]>([
    ['signed by another key', { subject: 'ca', issuer: 'root', key: wrongKey, by: rootKey }],
    ['whose own issuer did not sign', { subject: 'ca', issuer: 'root', key: caKey, by: wrongKey }],
    ['whose issuer is unknown', { subject: 'ca', issuer: 'elsewhere', key: caKey, by: wrongKey }],
    ['that is no CA', { subject: 'ca', issuer: 'root', key: caKey, by: rootKey, change: { extensions: {} } }],
    [
      'that may not sign certificates',
      {
        subject: 'ca',
        issuer: 'root',
        key: caKey,
        by: rootKey,
        change: { extensions: { basicConstraints: basicConstraints(true), keyUsage: keyUsage('cRLSign') } },
      },
    ],
  ])('%s', async (_, link) => {
    const bad = await make(link);
    expect(await codes(leaf, [root], [bad, ca])).toEqual(right(3));
    expect(await codes(leaf, [root], [ca, bad])).toEqual(right(3));
    expect((await codes(leaf, [root], [bad])).findings).not.toContain('pass path-ok');
  });

  it('nor does an anchor of the same name with another key', async () => {
    const rsa = await webCryptoSigner('RSA-PKCS1-SHA256');
    const other = await make({ subject: 'root', key: wrongKey, by: wrongKey });
    const double = await make({ subject: 'root', key: rsa, by: rsa });
    expect(await codes(leaf, [other, double, root], [ca])).toEqual(right(3));
  });

  it('and where one of the name did sign, the others prove nothing', async () => {
    const other = await make({ subject: 'ca', issuer: 'root', key: wrongKey, by: rootKey });
    expect(await codes(leaf, [], [other, ca])).toEqual(noPath('unknown path-no-anchor'));
  });

  it('tells a broken signature from a key of another kind', async () => {
    const ecdsa = await webCryptoSigner('ECDSA-P256-SHA256');
    const double = await make({ subject: 'ca', issuer: 'root', key: ecdsa, by: rootKey });
    const other = await make({ subject: 'ca', issuer: 'root', key: wrongKey, by: rootKey });
    expect(await codes(leaf, [root], [double])).toEqual(noPath('unknown algorithm-unsupported'));
    expect(await codes(leaf, [root], [double, other])).toEqual(noPath('fail path-signature-invalid'));
  });

  it('picks by key identifier among certificates of one name', async () => {
    const id = (octet: number) => new Uint8Array(20).fill(octet);
    const extensions = (own: number) => ({
      basicConstraints: basicConstraints(true),
      subjectKeyIdentifier: subjectKeyIdentifier(id(own)),
    });
    const first = await make({
      subject: 'ca',
      issuer: 'root',
      key: caKey,
      by: rootKey,
      change: { extensions: extensions(1) },
    });
    const second = await make({
      subject: 'ca',
      issuer: 'root',
      key: caKey,
      by: rootKey,
      change: { extensions: extensions(2) },
    });
    const under = await make({
      subject: 'x',
      issuer: 'ca',
      key: leafKey,
      by: caKey,
      change: { extensions: { authorityKeyIdentifier: authorityKeyIdentifier(id(2)) } },
    });
    const { path } = await validatePath(under, { anchors: [root], intermediates: [first, second] });
    expect(path[1]).toBe(second);
  });
});

describe('constraints', () => {
  const withPathLength = (pathLength: number) => ({
    extensions: { basicConstraints: basicConstraints(true, pathLength), keyUsage: keyUsage('keyCertSign') },
  });

  it('does not count certificates that an authority issued to itself against pathLen', async () => {
    const strictRoot = await make({ subject: 'r', key: rootKey, by: rootKey, change: withPathLength(1) });
    const first = await make({ subject: 'm', issuer: 'r', key: keys[4]!, by: rootKey });
    const rolled = await make({ subject: 'm', issuer: 'm', key: keys[5]!, by: keys[4]! });
    const under = await make({ subject: 'x', issuer: 'm', key: leafKey, by: keys[5]! });
    expect(await codes(under, [strictRoot], [first, rolled])).toEqual(right(4));
    const sub = await make({ subject: 's', issuer: 'm', key: keys[6]!, by: keys[5]! });
    const deeper = await make({ subject: 'x', issuer: 's', key: leafKey, by: keys[6]! });
    const { findings } = await codes(deeper, [strictRoot], [first, rolled, sub]);
    expect(findings).toEqual(['fail path-length-exceeded']);
  });

  it('names every link that may not sign', async () => {
    const plain = await make({ subject: 'r', key: rootKey, by: rootKey, change: { extensions: {} } });
    const middle = await make({
      subject: 'm',
      issuer: 'r',
      key: keys[4]!,
      by: rootKey,
      change: { extensions: { keyUsage: keyUsage('digitalSignature') } },
    });
    const under = await make({ subject: 'x', issuer: 'm', key: leafKey, by: keys[4]! });
    expect(await codes(under, [plain], [middle])).toEqual({
      findings: ['fail path-not-ca', 'fail path-not-ca', 'fail path-key-usage'],
      length: 3,
      complete: true,
    });
  });
});

describe('other algorithms', () => {
  it.each<SignatureAlgorithm>([
    'ECDSA-P256-SHA256',
    'ECDSA-P384-SHA384',
    'ECDSA-P521-SHA512',
    'RSA-PKCS1-SHA256',
    'RSA-PKCS1-SHA384',
    'RSA-PKCS1-SHA512',
  ])('%s over SM2 over the same', async (algorithm) => {
    const key = await webCryptoSigner(algorithm);
    const anchor = await make({ subject: 'r', key, by: key });
    const middle = await make({ subject: 'm', issuer: 'r', key: caKey, by: key });
    const under = await make({ subject: 'x', issuer: 'm', key, by: caKey });
    expect(await codes(under, [anchor], [middle])).toEqual(right(3));
    const broken = await make({
      subject: 'm',
      issuer: 'r',
      key: caKey,
      by: key,
      change: { tamper: (tbs) => tbs.map((o, at) => (at === 12 ? o ^ 1 : o)) },
    });
    expect(await codes(under, [anchor], [broken])).toEqual(noPath('fail path-signature-invalid'));
  });

  it('refuses RSA keys that can be factored', async () => {
    for (const [bits, wanted] of [
      [1024, noPath('unknown algorithm-unsupported')],
      [2040, noPath('unknown algorithm-unsupported')],
      [2048, right(2)],
    ] as const) {
      const key = await webCryptoSigner('RSA-PKCS1-SHA256', bits);
      const anchor = await make({ subject: 'r', key, by: key });
      const under = await make({ subject: 'x', issuer: 'r', key: leafKey, by: key });
      expect(await codes(under, [anchor], [])).toEqual(wanted);
    }
  });
});
