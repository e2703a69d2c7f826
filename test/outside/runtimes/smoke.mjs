// What every runtime must answer alike. Plain ECMAScript and nothing but `@gov/*`, so that the same file runs in Node,
// Bun and Deno, by `import` and by `require`, and bundled in a browser.
import * as pem from '@gov/der/pem';
import * as qr from '@gov/e-license/qr';
import * as pki from '@gov/pki';
import * as sm from '@gov/sm';
import * as kdf from '@gov/sm/kdf';
import * as key from '@gov/sm/key';
import * as keyEncryption from '@gov/sm/key-encryption';
import * as pool from '@gov/sm/pool';
import * as poolServer from '@gov/sm/pool/server';
import * as sm2Encryption from '@gov/sm/sm2-encryption';
import * as sm3 from '@gov/sm/sm3';
import * as sm4 from '@gov/sm/sm4';
import * as verdict from '@gov/verdict';
import * as html from '@gov/verdict/html';

/** The modules as `import` gives them, by specifier; who loads them another way passes their own. */
export const IMPORTED = {
  '@gov/der/pem': pem,
  '@gov/e-license/qr': qr,
  '@gov/pki': pki,
  '@gov/sm': sm,
  '@gov/sm/kdf': kdf,
  '@gov/sm/key': key,
  '@gov/sm/key-encryption': keyEncryption,
  '@gov/sm/pool': pool,
  '@gov/sm/pool/server': poolServer,
  '@gov/sm/sm2-encryption': sm2Encryption,
  '@gov/sm/sm3': sm3,
  '@gov/sm/sm4': sm4,
  '@gov/verdict': verdict,
  '@gov/verdict/html': html,
};

const utf8 = (text) => new TextEncoder().encode(text);

/** `inputs.qr` is docs/formats/license-qr-vectors.json. */
export async function smoke(inputs, gov = IMPORTED) {
  const results = {};
  const checks = [hashes, vector, signatures, keys, ciphers, derivations, encryption, encryptedKeys, cryptoPool];
  for (const check of [...checks, licences, certificates, reports]) Object.assign(results, await check(gov, inputs));
  return { backends: await backends(gov), results };
}

const NAMES = ['native', 'wasm', 'js'];

/** The names for which `act` finds an implementation. */
const having = (act) =>
  NAMES.filter((backend) => {
    try {
      act(backend);
      return true;
    } catch (error) {
      if (error.code === 'backend-unavailable') return false;
      throw error;
    }
  });

/** Which implementations this runtime has, which it took, and whether each believes the others. */
async function backends({
  '@gov/sm': { bytesToHex, generateSm2Key, sm2Backends, sm2Signer, sm2Verifier },
  '@gov/sm/sm3': { sm3BackendName },
  '@gov/sm/sm4': { sm4Encrypt },
}) {
  const made = generateSm2Key();
  const available = having((backend) => sm2Signer(made, { backend }));
  const message = utf8('各实现互验');
  let agree = true;
  for (const backend of available) {
    const signature = await sm2Signer(made, { backend }).sign(message);
    for (const other of available) {
      const verifier = sm2Verifier(made.publicKey, { backend: other });
      agree &&= await verifier.verify(message, signature);
      agree &&= !(await verifier.verify(message.subarray(1), signature));
    }
  }
  const key = new Uint8Array(16).fill(7);
  const encrypt = (backend) => sm4Encrypt({ mode: 'cbc', key, iv: key, backend }, new Uint8Array(1000));
  const ciphers = having(encrypt);
  agree &&= new Set(ciphers.map((backend) => bytesToHex(encrypt(backend)))).size === 1;
  return { ...sm2Backends(), available, hashes: sm3BackendName(), ciphers, agree };
}

/** GB/T 32905 appendix A, and lengths around the block. */
function hashes({ '@gov/sm': { bytesToHex }, '@gov/sm/sm3': { Sm3, sm3 } }) {
  const lengths = Array.from({ length: 131 }, (_, length) => new Uint8Array(length).fill(length));
  const bytewise = (data) => {
    const running = new Sm3();
    for (let i = 0; i < data.length; i++) running.update(data.subarray(i, i + 1));
    return bytesToHex(running.digest());
  };
  return {
    'sm3 abc': bytesToHex(sm3(utf8('abc'))),
    'sm3 abcd × 16': bytesToHex(sm3(utf8('abcd'.repeat(16)))),
    'sm3 in parts': bytesToHex(sm3(utf8('a'), new Uint8Array(0), utf8('bc'))),
    'sm3 of 1 MiB': bytesToHex(sm3(new Uint8Array(1 << 20).fill(0x5a))),
    'sm3 of 0 to 130 bytes': bytesToHex(sm3(...lengths.map((data) => sm3(data)))),
    'sm3 byte by byte': lengths.every((data) => bytewise(data) === bytesToHex(sm3(data))),
  };
}

/** GB/T 32918.5-2017 A.2 and what is wrong by one thing. */
async function vector({
  '@gov/sm': { bytesToHex, derToRaw, hexToBytes, rawToDer, readSm2PublicKey, sm2Verifier, sm2Za },
}) {
  const point = hexToBytes(
    '0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13',
  );
  const signature = hexToBytes(
    'f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa',
  );
  const publicKey = readSm2PublicKey(point);
  const message = utf8('message digest');
  const verifier = sm2Verifier(publicKey);
  const with_ = (change) => {
    const changed = signature.slice();
    change(changed);
    return verifier.verify(message, changed);
  };
  const n = hexToBytes('fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123');
  const wrong = {
    message: await verifier.verify(utf8('message digests'), signature),
    id: await sm2Verifier(publicKey, { id: utf8('1234567812345679') }).verify(message, signature),
    'r changed': await with_((value) => {
      value[0] ^= 1;
    }),
    's changed': await with_((value) => {
      value[63] ^= 1;
    }),
    'r = 0': await with_((value) => value.fill(0, 0, 32)),
    's = 0': await with_((value) => value.fill(0, 32)),
    'r = n': await with_((value) => value.set(n)),
    's = n': await with_((value) => value.set(n, 32)),
    short: await verifier.verify(message, signature.subarray(1)),
    long: await verifier.verify(message, Uint8Array.of(...signature, 0)),
    empty: await verifier.verify(message, new Uint8Array(0)),
    der: await verifier.verify(message, rawToDer(signature)),
  };
  // A key grows a table with use: what it answers must not change with it.
  const often = [];
  for (let i = 0; i < 12; i++) often.push(await verifier.verify(message, signature));
  return {
    'sm2 za': bytesToHex(sm2Za(publicKey)),
    'sm2 vector': await verifier.verify(message, signature),
    'sm2 vector again and again': often.every(Boolean),
    'sm2 wrong ones accepted': Object.keys(wrong).filter((name) => wrong[name]),
    'sm2 der': bytesToHex(rawToDer(signature)),
    'sm2 der and back': bytesToHex(derToRaw(rawToDer(signature))) === bytesToHex(signature),
  };
}

async function signatures({ '@gov/sm': { generateSm2Key, sm2Digest, sm2Signer, sm2Verifier } }) {
  let good = 0;
  let wrong = 0;
  for (const length of [0, 1, 31, 32, 33, 1000]) {
    const made = generateSm2Key();
    const id = utf8('某市行政审批局'.slice(0, length % 7));
    const message = new Uint8Array(length).fill(length);
    const signer = sm2Signer(made, { id });
    const verifier = sm2Verifier(made.publicKey, { id });
    const e = sm2Digest(made.publicKey, message, id);
    for (const signature of [await signer.sign(message), await signer.signDigest(e)]) {
      good += Number(signature.length === 64 && (await verifier.verify(message, signature)));
      good += Number(await verifier.verifyDigest(e, signature));
      wrong += Number(await verifier.verify(Uint8Array.of(...message, 0), signature));
      wrong += Number(await sm2Verifier(generateSm2Key().publicKey, { id }).verify(message, signature));
    }
  }
  return { 'sm2 signed and verified': good, 'sm2 signed, wrong ones accepted': wrong };
}

/** The code of the error that `act` throws. */
async function codeOf(act) {
  try {
    await act();
    return 'no error';
  } catch (error) {
    return error.code ?? String(error);
  }
}

async function codesOf(...acts) {
  const codes = [];
  for (const act of acts) codes.push(await codeOf(act));
  return codes;
}

async function keys({
  '@gov/sm': { bytesToHex },
  '@gov/sm/key': { generateSm2Key, readSm2PrivateKey, readSm2PublicKey },
  '@gov/der/pem': { readPem },
}) {
  const made = generateSm2Key();
  const same = [made.toPem(), made.toPem('sec1'), made.toPkcs8(), made.toSec1()].every(
    (form) => readSm2PrivateKey(form).toPem() === made.toPem(),
  );
  const { publicKey } = made;
  const compressed = Uint8Array.of(2 + (publicKey.point[64] & 1), ...publicKey.point.subarray(1, 33));
  const points = [publicKey.toPem(), publicKey.toSpki(), publicKey.point, publicKey.point.subarray(1), compressed];
  const off = publicKey.point.slice();
  off[64] ^= 1;
  return {
    'key private forms': same,
    'key public forms': points.every(
      (form) => bytesToHex(readSm2PublicKey(form).point) === bytesToHex(publicKey.point),
    ),
    'key labels': [made.toPem(), made.toPem('sec1'), publicKey.toPem()].map((text) => readPem(text)[0].label),
    'key errors': await codesOf(
      () => readSm2PublicKey(off),
      () => readSm2PublicKey(Uint8Array.of(0)),
      () => readSm2PrivateKey(made.toSec1().fill(0, 7, 39)),
      () => readSm2PrivateKey(made.toSec1().fill(0xff, 7, 39)),
      () => readSm2PrivateKey('no key'),
    ),
  };
}

/** GB/T 32907 A.1, RFC 8998 appendix A, and what is wrong by one thing. */
async function ciphers({ '@gov/sm': { bytesToHex, hexToBytes }, '@gov/sm/sm4': { sm4Decrypt, sm4Encrypt } }) {
  const key = hexToBytes('0123456789abcdeffedcba9876543210');
  const nonce = hexToBytes('00001234567800000000abcd');
  const aad = hexToBytes('feedfacedeadbeeffeedfacedeadbeefabaddad2');
  const plaintext = hexToBytes(Array.from('abcdefea', (digit) => digit.repeat(16)).join(''));
  const iv = key.slice().reverse();
  const modes = [
    { mode: 'ecb', key },
    { mode: 'cbc', key, iv },
    { mode: 'ctr', key, iv: new Uint8Array(16).fill(0xff) },
    { mode: 'gcm', key, nonce, aad },
    { mode: 'ccm', key, nonce, aad },
  ];
  let back = 0;
  const made = [];
  for (const options of modes)
    for (const length of [0, 1, 15, 16, 17, 1000]) {
      const data = new Uint8Array(length).fill(length);
      const ciphertext = sm4Encrypt(options, data);
      made.push(bytesToHex(ciphertext));
      back += Number(bytesToHex(sm4Decrypt(options, ciphertext)) === bytesToHex(data));
    }
  const sealed = sm4Encrypt(modes[3], plaintext);
  const changed = sealed.slice();
  changed[0] ^= 1;
  return {
    'sm4 vector': bytesToHex(sm4Encrypt({ mode: 'ecb', key, padding: 'none' }, key)),
    'sm4 gcm vector': bytesToHex(sealed),
    'sm4 ccm vector': bytesToHex(sm4Encrypt(modes[4], plaintext)),
    'sm4 ciphertexts': made.join(' '),
    'sm4 decrypted': back,
    'sm4 errors': await codesOf(
      () => sm4Decrypt(modes[3], changed),
      () => sm4Decrypt({ ...modes[3], aad: nonce }, sealed),
      () => sm4Decrypt(modes[4], sealed),
      () => sm4Decrypt(modes[1], sealed.subarray(0, 17)),
      () => sm4Encrypt({ ...modes[1], key: nonce }, plaintext),
    ),
  };
}

/** Against OpenSSL's HMAC, PBKDF2 and HKDF. */
async function derivations({
  '@gov/sm': { bytesToHex, hkdfSm3, hmacSm3, pbkdf2Sm3, sm3Stream },
  '@gov/sm/kdf': { hkdfSm3Extract },
}) {
  const text = utf8('The quick brown fox jumps over the lazy dog');
  const salt = utf8('saltsalt');
  return {
    'hmac-sm3': bytesToHex(hmacSm3(utf8('key'), text)),
    'pbkdf2-sm3': bytesToHex(await pbkdf2Sm3(utf8('口令'), { salt, iterations: 1000, length: 32 })),
    'hkdf-sm3': bytesToHex(hkdfSm3(utf8('secret of both'), { salt: utf8('salt'), info: utf8('info'), length: 42 })),
    'hkdf-sm3 extract': hkdfSm3Extract(salt, text).length,
    'sm3 of a stream': bytesToHex(await sm3Stream(new Blob(['a', 'bc']).stream())),
  };
}

/** A ciphertext that OpenSSL made for the key of GB/T 32918.5, and ours in every form. */
async function encryption({
  '@gov/sm': { bytesToHex, hexToBytes, readSm2PrivateKey, sm2Signer },
  '@gov/sm/sm2-encryption': { sm2Decrypt, sm2Encrypt },
}) {
  const scalar = '3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8';
  const made = readSm2PrivateKey(hexToBytes(`30310201010420${scalar}a00a06082a811ccf5501822d`));
  const foreign = hexToBytes(
    '307502203ba9c5740f93142b85cbb5b51a63258e3d835ded7f5101ff0329d5fb3a8d03cc02210088094c0e7ecefacf94427068487d98c356da' +
      'cf376f3bdf0a8f802d2f8af4f2ff042074c58d7cfcad96921e6a747a84e7224ae307f394814a0dfa6e032d00bc37c7ab040ca39a21bdb18a' +
      '10f973bdf0aa',
  );
  let back = 0;
  for (const form of ['asn1', 'c1c3c2', 'c1c2c3', 'c1c3c2-bare', 'c1c2c3-bare'])
    for (const length of [1, 32, 33, 1000]) {
      const plaintext = new Uint8Array(length).fill(length);
      const ciphertext = await sm2Encrypt(made.publicKey, plaintext, { form });
      back += Number(bytesToHex(await sm2Decrypt(made, ciphertext, { form })) === bytesToHex(plaintext));
    }
  const bare = await sm2Encrypt(made.publicKey, utf8('会话密钥'), { form: 'c1c3c2-bare' });
  const changed = (at) => bare.map((octet, index) => (index === at ? octet ^ 1 : octet));
  const errors = await codesOf(
    ...[0, 64, 96].map((at) => () => sm2Decrypt(made, changed(at), { form: 'c1c3c2-bare' })),
    () => sm2Decrypt(made, bare, { form: 'c1c2c3-bare' }),
    () => sm2Decrypt(made, bare, { form: 'c1c3c2' }),
    () => sm2Encrypt(made.publicKey, new Uint8Array(0)),
  );
  return {
    'sm2 decrypts what OpenSSL made': new TextDecoder().decode(await sm2Decrypt(made, foreign)),
    'sm2 decrypted': back,
    'sm2 decryption errors': errors.map((code) => (code === 'ciphertext-malformed' ? 'decryption-failed' : code)),
    'sm2 key from a bare scalar': sm2Signer(made).publicKey.length,
  };
}

/** Files that OpenSSL made with the password 口令-2026, and ours. */
async function encryptedKeys({
  '@gov/sm': { bytesToHex, generateSm2Key },
  '@gov/sm/key-encryption': { readEncryptedSm2PrivateKey, writeEncryptedSm2PrivateKey },
}) {
  const sm4File =
    'MIHrMFYGCSqGSIb3DQEFDTBJMCkGCSqGSIb3DQEFDDAcBAgoII0a3oRqjQICCAAwDAYIKoZIhvcNAgkFADAcBggqgRzPVQFoAgQQWA0jtRoaWrfC5vQwiiG8' +
    'uwSBkM1OikB6Rs7mDcXjil8xT8gaCSSAVlgpRiVNRYARxvoueHR5hbne0mPIXHLL5dy9guR1Rzzs07rTKD+k0l3i9PsYHAwVSp+oiDqDsLTObZN9UC8BwB+B' +
    'sMchtkuCQGpS4aIyXwJgGTtcQs35VNRF4+SvBM1ZOAvDbzKXH101v3exneh43LJyQzHDroFg9SissQ==';
  const aesFile =
    'MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhpEdKOa7YaBgICCAAwDAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEN8EfSKV3xpyRP6reLU9' +
    'CucEgZCTk8txH6+ejdLu8XnuOpMRTGljEbJU+SV67KIAvlusCziOkhz0EcReiEho3jYOzL5iieqyxkU9sm6hwwlI862AghpMCLFN5xPanl2l6j2IR8G0ozsa' +
    'yCLiM53bRQpPCJeh/rChKx/kqmOvrqHcHsx8kLORQo8/VXBubKAYZ4swUPFxof8Fs6CNP+C+jAAsEag=';
  const pem = (file) => `-----BEGIN ENCRYPTED PRIVATE KEY-----\n${file}\n-----END ENCRYPTED PRIVATE KEY-----\n`;
  const pointOf = async (file) =>
    bytesToHex((await readEncryptedSm2PrivateKey(pem(file), '口令-2026')).publicKey.point);
  const made = generateSm2Key();
  const back = [];
  for (const cipher of ['SM4-CBC', 'AES-256-CBC']) {
    const written = await writeEncryptedSm2PrivateKey(made, '口令', { cipher, iterations: 1000 });
    back.push((await readEncryptedSm2PrivateKey(written, '口令')).toPem() === made.toPem());
  }
  return {
    'encrypted key, SM4': (await pointOf(sm4File)).slice(0, 10),
    'encrypted key, AES': (await pointOf(aesFile)).slice(0, 10),
    'encrypted keys written and read': back,
    'encrypted key errors': await codesOf(
      () => readEncryptedSm2PrivateKey(pem(sm4File), '口令-2027'),
      () => readEncryptedSm2PrivateKey(pem(sm4File), ''),
      () => writeEncryptedSm2PrivateKey(made, ''),
    ),
  };
}

/** A pool that is asked without a network between. */
async function cryptoPool({
  '@gov/sm': { generateSm2Key, sm2Signer, sm2Verifier },
  '@gov/sm/pool': { cryptoPool: connect },
  '@gov/sm/pool/server': { bearerTokens, cryptoPoolHandler },
}) {
  const token = 'a-token-that-nobody-guesses';
  const made = generateSm2Key();
  const audited = [];
  const handler = cryptoPoolHandler({
    keys: { seal: sm2Signer(made) },
    authorize: bearerTokens({ bureau: token }),
    audit: ({ outcome }) => {
      audited.push(outcome);
    },
  });
  const fetch = (url, init) => handler(new Request(url, init));
  const pool = connect({ url: 'https://pool.example/', token, fetch });
  const stranger = connect({ url: 'https://pool.example/', token: 'another-token-of-this-length', fetch, retries: 0 });
  const verifier = sm2Verifier(made.publicKey);
  const messages = ['一', '二', '三'].map(utf8);
  const signer = await pool.signer('seal');
  const signatures = await Promise.all(messages.map((message) => signer.sign(message)));
  const good = await Promise.all(messages.map((message, i) => verifier.verify(message, signatures[i])));
  return {
    'pool signatures': good,
    'pool audit': audited.every((outcome) => outcome === 'signed') && audited.length > 0,
    'pool errors': await codesOf(
      () => stranger.signer('seal'),
      () => pool.signer('absent'),
      () => connect({ url: 'http://pool.example/', token }),
    ),
  };
}

const trustOf = ({ '@gov/pki': { readCertificate, TrustStore } }, { qr: { root, issuer } }) =>
  new TrustStore({ anchors: [readCertificate(root)], certificates: [readCertificate(issuer)] });

/** The published vectors, offline; their verdicts and codes, and every word of the reports. */
async function licences(gov, inputs) {
  const { bytesToHex, sm3 } = gov['@gov/sm'];
  const trust = trustOf(gov, inputs);
  const at = new Date(inputs.qr.at);
  const different = [];
  const said = [];
  for (const { name, verdict, codes, text } of inputs.qr.vectors) {
    const report = await gov['@gov/e-license/qr'].verifyLicenseQr(text, { at, trust });
    const named = report.findings
      .filter(({ outcome, check }) => outcome === 'fail' || (outcome === 'unknown' && check === 'certificate'))
      .map(({ code }) => code);
    const same = report.verdict === verdict && [...named].sort().join() === [...codes].sort().join();
    if (!same) different.push(`${name}: ${report.verdict} ${named}`);
    said.push(report);
  }
  return {
    'licence QR vectors': inputs.qr.vectors.length,
    'licence QR vectors judged differently': different,
    'licence QR reports': bytesToHex(sm3(utf8(JSON.stringify(said)))),
  };
}

async function certificates(gov, inputs) {
  const { formatName, readCertificate, TrustStore } = gov['@gov/pki'];
  const issuer = readCertificate(inputs.qr.issuer);
  const codes = async (store, certificate) => (await store.path(certificate)).findings.map(({ code }) => code);
  const changed = issuer.bytes.slice();
  changed[changed.length - 1] ^= 1;
  return {
    'certificate subject': formatName(issuer.subject),
    'certificate path': await codes(trustOf(gov, inputs), issuer),
    'certificate path, signature changed': await codes(trustOf(gov, inputs), readCertificate(changed)),
    'certificate path, no anchor': await codes(new TrustStore({ anchors: [] }), issuer),
  };
}

function reports({
  '@gov/sm': { bytesToHex, sm3 },
  '@gov/verdict': { DEFAULT_REQUIRED, report },
  '@gov/verdict/html': { reportHtml },
}) {
  const answer = report(
    { file: '营业执照.pdf' },
    [
      { check: 'integrity', outcome: 'pass', code: 'integrity-ok' },
      { check: 'coverage', outcome: 'fail', code: 'coverage-later-change', clause: 'GB/T 38540-2020 7.3' },
      { check: 'revocation', outcome: 'unknown', code: 'revocation-not-checked' },
    ],
    { required: DEFAULT_REQUIRED },
  );
  const page = (lang) =>
    reportHtml(answer, { lang, title: '电子证照核验报告', subjectRows: [['文件', '营业执照.pdf']] });
  return {
    'report verdict': answer.verdict,
    'report unchecked': answer.unchecked,
    'report pages': bytesToHex(sm3(utf8(page('zh') + page('en')))),
  };
}
