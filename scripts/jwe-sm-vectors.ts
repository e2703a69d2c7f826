/** Writes docs/formats/jwe-sm-vectors.json anew (npx tsx scripts/jwe-sm-vectors.ts): a new key, the same cases. */
import { writeFileSync } from 'node:fs';
import { bytesToHex, generateSm2Key, toBase64url } from '@gov/sm';
import { type Sm2CiphertextForm, sm2Encrypt } from '@gov/sm/sm2-encryption';
import { sm4Encrypt } from '@gov/sm/sm4';
import { publicJwk } from '@gov/token/jwk';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const random = (octets: number): Uint8Array => crypto.getRandomValues(new Uint8Array(octets));

const key = generateSm2Key();
const plaintext = utf8('{"name":"张三","level":3}');

interface Case {
  readonly header?: Readonly<Record<string, unknown>> | string;
  readonly mode?: 'gcm' | 'ccm';
  readonly form?: Sm2CiphertextForm;
  readonly keyOctets?: number;
  readonly nonceOctets?: number;
  readonly tagOctets?: number;
  readonly plaintext?: Uint8Array;
  /** Parts, in their order, as somebody else would leave them. */
  readonly spoil?: (parts: string[]) => string[];
}

/** By hand, not by the code that the vectors are for. */
async function jwe(given: Case = {}) {
  const {
    mode = 'gcm',
    form = 'asn1',
    keyOctets = 16,
    nonceOctets = 12,
    tagOctets = 16,
    spoil = (parts) => parts,
  } = given;
  const { header = { alg: 'SGD_SM2_3', enc: `SGD_SM4_${mode.toUpperCase()}`, kid: 'a' } } = given;
  const first = toBase64url(utf8(typeof header === 'string' ? header : JSON.stringify(header)));
  const contentKey = random(keyOctets);
  const iv = random(nonceOctets);
  const own = { mode, key: contentKey.slice(0, 16), nonce: iv, aad: utf8(first), tagLength: tagOctets } as const;
  const sealed = sm4Encrypt(own, given.plaintext ?? plaintext);
  const encryptedKey = await sm2Encrypt(key.publicKey, contentKey, { form });
  const octets = [encryptedKey, iv, sealed.subarray(0, -tagOctets), sealed.subarray(-tagOctets)];
  return { contentKey, iv, text: spoil([first, ...octets.map(toBase64url)]).join('.') };
}

const good = { alg: 'SGD_SM2_3', enc: 'SGD_SM4_GCM' };
const withHeader = async (more: Readonly<Record<string, unknown>>): Promise<string> =>
  (await jwe({ header: { ...good, ...more } })).text;
const cases = async (mode: 'gcm' | 'ccm') => {
  const { contentKey, iv, text } = await jwe({ mode });
  return { contentKey: bytesToHex(contentKey), iv: bytesToHex(iv), jwe: text };
};

const file = {
  about: 'JWE with SM2 and SM4: docs/formats/jwe-sm.md. Octets are hexadecimal, the private key is PKCS#8 in PEM.',
  privateKey: key.toPem(),
  publicKey: publicJwk(key.publicKey.toSpki(), { kid: 'a', use: 'enc', alg: 'SGD_SM2_3' }),
  plaintext: bytesToHex(plaintext),
  gcm: await cases('gcm'),
  ccm: await cases('ccm'),
  refused: {
    'jwe-malformed': {
      zip: await withHeader({ zip: 'DEF' }),
      crit: await withHeader({ crit: ['exp'], exp: 1 }),
      jwk: await withHeader({ jwk: { kty: 'EC' } }),
      jku: await withHeader({ jku: 'https://attacker.example/' }),
      x5u: await withHeader({ x5u: 'https://attacker.example/' }),
      x5c: await withHeader({ x5c: [] }),
      p2c: await withHeader({ p2c: 2147483647, p2s: 'AAAA' }),
      'epk without an agreement': await withHeader({ epk: { kty: 'EC' } }),
      'kid as a number': await withHeader({ kid: 1 }),
      'alg twice': (await jwe({ header: '{"alg":"SGD_SM2_3","enc":"SGD_SM4_GCM","alg":"SGD_SM2_3"}' })).text,
      'no enc': (await jwe({ header: { alg: 'SGD_SM2_3' } })).text,
      'IV of 16 octets': (await jwe({ nonceOctets: 16 })).text,
      'tag of 12 octets': (await jwe({ tagOctets: 12 })).text,
      'no ciphertext': (await jwe({ plaintext: new Uint8Array(0) })).text,
      'no encrypted key': (await jwe({ spoil: (parts) => parts.with(1, '') })).text,
      'four parts': (await jwe({ spoil: (parts) => parts.slice(0, 4) })).text,
      'six parts': (await jwe({ spoil: (parts) => [...parts, ''] })).text,
      padding: (await jwe({ spoil: (parts) => parts.with(2, `${parts[2]}=`) })).text,
    },
    'algorithm-unsupported': {
      dir: await withHeader({ alg: 'dir' }),
      RSA1_5: await withHeader({ alg: 'RSA1_5' }),
      'SM2 with AES': await withHeader({ enc: 'A128GCM' }),
      'SM4 in CBC': await withHeader({ enc: 'SGD_SM4_CBC' }),
      PBES2: await withHeader({ alg: 'PBES2-HS256+A128KW' }),
      'another spelling': await withHeader({ alg: 'sgd_sm2_3' }),
    },
    'decryption-failed': {
      'encrypted key as C1 C3 C2': (await jwe({ form: 'c1c3c2' })).text,
      'encrypted key as C1 C2 C3': (await jwe({ form: 'c1c2c3' })).text,
      'content key of 32 octets': (await jwe({ keyOctets: 32 })).text,
      'another header': (await jwe({ spoil: (parts) => parts.with(0, toBase64url(utf8(JSON.stringify(good)))) })).text,
      'CCM called GCM': (await jwe({ mode: 'ccm', header: good })).text,
    },
  },
};
writeFileSync('docs/formats/jwe-sm-vectors.json', `${JSON.stringify(file, null, 2)}\n`);
