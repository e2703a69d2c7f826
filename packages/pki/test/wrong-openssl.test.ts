/**
 * Every case of the test PKI once more with ECDSA P-256 keys, judged by us and by `openssl verify`: our lenient profile
 * beside openssl as it comes, our strict one beside `-x509_strict`. OpenSSL looks at policies only with `-policy_check`, and
 * takes no policy for an empty list unless anyPolicy is given; purposes it knows are few, so that `sslclient` stands for all.
 * What it does not ask, such as the use of a certificate, is left out of our answer here.
 */
import { execFileSync } from 'node:child_process';
import { writePem } from '@gov/der/pem';
import { validatePath } from '@gov/pki';
import type { Signer } from '@gov/sm';
import { isGovError } from '@gov/verdict';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasOpenssl, Openssl } from '../../sm/test/openssl.js';
import { webCryptoSigner } from './builder.js';
import { AT, RIGHT, type Wrong } from './wrong.js';
import { type BuiltChain, buildChain, readChain, WRONG } from './wrong-chain.js';

type Profile = 'lenient' | 'strict';

interface Difference {
  /** Where openssl answers other than we do. */
  readonly in: readonly Profile[];
  /** Part of what it prints; `OK` where it accepts what we refuse. */
  readonly says: string;
  readonly why: string;
}

const BOTH: readonly Profile[] = ['lenient', 'strict'];
const accepts = (why: string, ...profiles: readonly Profile[]): Difference => ({
  in: profiles.length === 0 ? BOTH : profiles,
  says: 'OK',
  why,
});
const refuses = (says: string, why: string, ...profiles: readonly Profile[]): Difference => ({
  in: profiles.length === 0 ? BOTH : profiles,
  says,
  why,
});

/** Every difference between openssl 3.0 and us, by the name of the case. */
const DIFFERENCES: Readonly<Record<string, Difference>> = {
  // Openssl is stricter
  'a time without seconds': refuses(
    'format error',
    'lenient reads times without seconds, as some CAs write them',
    'lenient',
  ),
  'root without keyCertSign': refuses('key usage', 'lenient warns: real provincial roots lack the bit', 'lenient'),
  'root of version 1, which cannot say what it is': refuses(
    'invalid CA certificate',
    'an anchor is believed because the caller said so (RFC 5280 6.1.1)',
    'strict',
  ),
  'authority without keyUsage, which allows all': refuses(
    'does not include key usage',
    'RFC 5280 4.2.1.3 binds issuers; 6.1.4 (n) looks at a keyUsage that is there',
    'strict',
  ),
  'no AKI': refuses('Missing Authority Key Identifier', 'RFC 5280 4.2.1.1 binds issuers; 6.1 does not ask', 'strict'),
  'no SKI': refuses('Missing Subject Key Identifier', 'RFC 5280 4.2.1.2 binds issuers; 6.1 does not ask', 'strict'),
  'keyUsage of no bit': refuses('local issuer', 'the path is right; that it may not sign is said by authorityFindings'),
  'EKU: an authority for anything': refuses(
    'purpose',
    'openssl does not know anyExtendedKeyUsage of a CA (RFC 5280 4.2.1.12)',
  ),
  'URI: the permitted host behind a user': refuses(
    'permitted subtree violation',
    'openssl takes the user before the @ for part of the host',
  ),
  'a cross-certificate that leads nowhere, and a good one': refuses(
    'local issuer',
    'openssl follows the first issuer only',
  ),
  'a cross-certificate that is not a CA, and a good one': refuses('CA cert', 'openssl follows the first issuer only'),
  'a cross-certificate whose policy does not fit, and a good one': refuses(
    'no explicit policy',
    'openssl follows the first issuer only',
  ),
  // Openssl accepts encodings
  'cA FALSE written out': accepts('DER forbids to write a DEFAULT value', 'strict'),
  'critical FALSE written out': accepts('DER forbids to write a DEFAULT value', 'strict'),
  'a minimum of 0 written out': accepts('DER forbids to write a DEFAULT value', 'strict'),
  'the same extension twice': accepts('RFC 5280 4.2: no more than one instance'),
  'extensions in version 1': accepts('extensions exist since version 3', 'lenient'),
  'extensions in version 2': accepts('extensions exist since version 3', 'lenient'),
  'version 4': accepts('there is none'),
  'an extension value with bytes after it': accepts('two readers could see two values'),
  'serial number of zero': accepts('RFC 5280 4.1.2.2: positive', 'strict'),
  'negative serial number': accepts('RFC 5280 4.1.2.2: positive', 'strict'),
  'serial number of 21 octets': accepts('RFC 5280 4.1.2.2: at most 20 octets', 'strict'),
  'policy: a list of none': accepts('SIZE (1..MAX)'),
  'nameConstraints of nothing': accepts('RFC 5280 4.2.1.10: not an empty sequence'),
  'an empty list of subtrees': accepts('SIZE (1..MAX)'),
  'constrained alternative names of nothing': accepts('SIZE (1..MAX)', 'lenient'),
  // Openssl accepts what others would take for another thing
  'root without basicConstraints': accepts('a root of version 3 that does not say CA is none', 'lenient'),
  'EKU: a leaf without any list': accepts('a purpose that is demanded must be named'),
  'DNS: excluded, with a dot behind': accepts('the dot names the same host'),
  'DNS: a name with NUL in it': accepts('C programs read the host before the NUL'),
  'DNS: every host, the excluded one too': accepts('the wildcard stands for the excluded host'),
  'DNS: a dot before the permitted domain': accepts('RFC 5280 4.2.1.10 gives that dot no meaning', 'strict'),
  'DNS: a base with a dot behind': accepts('a base that no name can equal would exclude nothing'),
  'mail: the excluded mailbox in capitals': accepts('no mail server tells Admin from admin'),
  'mail: everything excluded': accepts('an empty base is a suffix of every host; openssl compares it as a host'),
  'mail: a quoted mailbox that begins with another': accepts('a quoted local part has several spellings: not compared'),
  'URI: excluded': accepts('openssl takes the user before the @ for part of the host'),
  'URI: a number in place of a host': accepts('RFC 5280 4.2.1.10: reject where the host is an address'),
  'IP: excluded, as version 6': accepts('::ffff:10.1.2.3 is 10.1.2.3'),
  'IP: excluded in version 6, as version 4': accepts('::ffff:10.1.2.3 is 10.1.2.3'),
  'IP: a mask with a hole': accepts('RFC 4632 has prefixes only'),
};

describe.skipIf(!hasOpenssl)('openssl verify', () => {
  const openssl = new Openssl();
  afterAll(() => openssl.remove());

  const twins = new Map<Signer, Signer>();
  const twin = (signer: Signer): Signer => twins.get(signer) ?? signer;
  beforeAll(async () => {
    for (const { key } of Object.values(RIGHT)) twins.set(key, await webCryptoSigner('ECDSA-P256-SHA256'));
  });

  async function ours(chain: BuiltChain, wrong: Wrong, profile: Profile): Promise<boolean> {
    try {
      const { leaf, options } = readChain(chain, wrong, profile);
      const { findings, path } = await validatePath(leaf, options);
      const timely = path.every(({ notBefore, notAfter }) => notBefore <= AT && AT <= notAfter);
      return timely && findings.every(({ outcome }) => outcome === 'pass' || outcome === 'warn');
    } catch (error) {
      if (isGovError(error)) return false;
      throw error;
    }
  }

  /** What openssl prints. */
  function theirs(chain: BuiltChain, { demands = {} }: Wrong, profile: Profile): string {
    const { policies, extendedKeyUsage } = demands;
    openssl.put('root.pem', writePem('CERTIFICATE', chain.root));
    openssl.put('ca.pem', chain.intermediates.map((bytes) => writePem('CERTIFICATE', bytes)).join(''));
    openssl.put('leaf.pem', writePem('CERTIFICATE', chain.leaf));
    const args = [
      ...['verify', '-attime', String(AT.getTime() / 1000), '-policy_check'],
      ...(profile === 'strict' ? ['-x509_strict'] : []),
      ...(policies === undefined ? [] : ['-explicit_policy']),
      ...(policies ?? ['2.5.29.32.0']).flatMap((policy) => ['-policy', policy]),
      ...(extendedKeyUsage === undefined ? [] : ['-purpose', 'sslclient']),
      ...['-CAfile', 'root.pem', '-untrusted', 'ca.pem', 'leaf.pem'],
    ];
    try {
      return execFileSync('openssl', args, { cwd: openssl.folder, encoding: 'utf8', stdio: 'pipe' });
    } catch (error) {
      const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string };
      return `${stdout}${stderr}`;
    }
  }

  it('has no difference to explain that is not a case', () => {
    const names = new Set(WRONG.map(({ name }) => name));
    expect(Object.keys(DIFFERENCES).filter((name) => !names.has(name))).toEqual([]);
  });

  it.each(WRONG)('$name', async (wrong) => {
    const chain = await buildChain(wrong, twin);
    const difference = DIFFERENCES[wrong.name];
    for (const profile of BOTH) {
      const accepted = await ours(chain, wrong, profile);
      const printed = theirs(chain, wrong, profile);
      const differs = difference?.in.includes(profile) === true;
      expect(printed.includes('leaf.pem: OK'), `${profile}: ${printed}`).toBe(differs ? !accepted : accepted);
      if (differs) expect(printed).toContain(difference.says);
    }
  });
});
