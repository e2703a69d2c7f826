// What a browser would download for one import, and what must not be in it.
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const SM2_PRIME = /fffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffff/i;
const CHINESE = /[\u4e00-\u9fff]|\\u[4-9][0-9a-f]{3}/;

const VERIFIER = `export { sm2Verifier } from '@gov/sm/sm2'; export { readSm2PublicKey } from '@gov/sm/key'`;

/**
 * @typedef {{
 *   code: string,
 *   conditions?: readonly string[],
 *   absent?: readonly (string | RegExp)[],
 *   without?: readonly RegExp[],
 *   maxGzip?: number,
 * }} Bundle `conditions`: of package.json, beside the usual; `absent`: texts the bundle must not hold; `without`: files it must not be made of; `maxGzip`: bytes.
 */

/** Every bundle must also be free of `node:`, Buffer and process. @type {readonly Bundle[]} */
const BUNDLES = [
  { code: `export * from '@gov/verdict'`, absent: [CHINESE, '<html'], maxGzip: 1_500 },
  { code: `export * from '@gov/verdict/en'`, absent: [CHINESE], maxGzip: 7_500 },
  { code: `export { checkText } from '@gov/verdict/zh'`, absent: ['<html'], maxGzip: 1_000 },
  // Most of it are the texts of every code, in both languages.
  { code: `export * from '@gov/verdict/html'`, maxGzip: 25_000 },
  { code: `export * from '@gov/der'`, without: [/noble/], maxGzip: 6_000 },
  { code: `export * from '@gov/sm/sm3'`, absent: [SM2_PRIME], without: [/noble/, /sm2/], maxGzip: 4_000 },
  { code: `export * from '@gov/sm/sm3-stream'`, absent: [SM2_PRIME], without: [/noble/, /sm2/], maxGzip: 4_000 },
  { code: `export * from '@gov/sm/sm4'`, absent: [SM2_PRIME], without: [/noble\/curves/, /sm2/], maxGzip: 6_000 },
  { code: `export * from '@gov/sm/hmac'`, absent: [SM2_PRIME], without: [/noble/, /sm2/, /sm4/], maxGzip: 3_500 },
  { code: `export * from '@gov/sm/kdf'`, absent: [SM2_PRIME], without: [/noble/, /sm2/, /sm4/], maxGzip: 4_500 },
  { code: `export * from '@gov/sm/sm2'`, without: [/sm-crypto/, /node-forge/] },
  // A verifier with both: WebAssembly, and JavaScript for pages that forbid it; and the smallest, JavaScript alone.
  { code: VERIFIER, without: [/sm4/, /pool/, /noble/, /piscina/], maxGzip: 26_000 },
  { code: VERIFIER, conditions: ['gov-js'], without: [/wasm/, /sm4/, /pool/, /noble/], maxGzip: 10_000 },
  { code: `export * from '@gov/sm/pool'`, without: [/piscina/, /noble.ciphers/, /pool\/server/], maxGzip: 45_000 },
  { code: `export * from '@gov/sm/pool/server'`, without: [/piscina/, /noble/], maxGzip: 10_000 },
  // The table of divisions is a door of its own: what checks codes does not carry it.
  { code: `export * from '@gov/codes'`, absent: [SM2_PRIME, '西湖'], without: [/noble/, /\/der\//, /\/divisions\//] },
  { code: `export * from '@gov/codes/documents'`, without: [/noble/, /\/der\//, /\/divisions\//], maxGzip: 5_000 },
  { code: `export * from '@gov/codes/check'`, without: [/noble/, /\/der\//, /\/divisions\//], maxGzip: 11_000 },
  { code: `export * from '@gov/codes/divisions'`, without: [/noble/, /\/der\//, /iso7064/], maxGzip: 50_000 },
  { code: `export * from '@gov/token/cbor'`, absent: [SM2_PRIME], without: [/noble/, /\/der\//], maxGzip: 8_000 },
  { code: `export * from '@gov/token/json'`, without: [/noble/, /\/sm\//], maxGzip: 1_500 },
  {
    code: `export * from '@gov/token/jws'`,
    absent: [SM2_PRIME],
    without: [/noble/, /\/der\//, /cbor/],
    maxGzip: 3_000,
  },
  // What a browser loads to verify the proof of an entry, with the smaller SM2; two thirds of it are the curve and SM3.
  {
    code: `export { readProof, readHead, verifyEntryProof, followHead } from '@gov/audit'; ${VERIFIER}`,
    conditions: ['gov-js'],
    without: [/wasm/, /noble/, /sm4/, /pool/, /audit.dist.(log|memory|append|check|usage|internal.tiles)/],
    maxGzip: 13_000,
  },
  {
    code: `export { readStatusListToken, StatusList, verifyStatusListToken } from '@gov/token/status-list'`,
    absent: [SM2_PRIME],
    without: [/noble/, /\/der\//],
    maxGzip: 10_000,
  },
  { code: `export * from '@gov/qr/base45'`, without: [/zxing/, /jsqr/i, /qrcode/], maxGzip: 2_000 },
  // Reading and validating, without a writer of anything; half of it is the curve arithmetic of SM2.
  {
    code: `export { readCertificate, validatePath } from '@gov/pki'`,
    conditions: ['gov-js'],
    without: [/wasm/, /dev-ca/, /pki\/dist\/ca\//, /pool/, /noble/],
    maxGzip: 20_000,
  },
  { code: `export * from '@gov/pki'`, without: [/dev-ca/, /pkijs/, /peculiar/, /node-forge/] },
  { code: `export * from '@gov/pdf'`, without: [/pdf-lib/, /e-seal/, /\/sm\//, /fontkit/] },
  // What a counter loads to verify, with the certificates it believes: the licence QR, the sealed PDF.
  {
    code: `export { verifyLicenseQr } from '@gov/e-license/qr'; export { readCertificate, TrustStore } from '@gov/pki'`,
    without: [/pdf-lib/, /fontkit/, /resvg/, /\/zod\//, /dev-ca/, /e-license\/dist\/(types|metadata|internal\/issues)/],
    maxGzip: 52_000,
  },
  // The same with the status of licences, fetched or carried along.
  {
    code: `export { verifyLicenseQr } from '@gov/e-license/qr'; export { LicenseStatusLists } from '@gov/e-license/status-check'; export { readCertificate, TrustStore } from '@gov/pki'`,
    without: [/pdf-lib/, /fontkit/, /resvg/, /\/zod\//, /dev-ca/, /e-license\/dist\/(types|metadata|internal\/issues)/],
    maxGzip: 58_000,
  },
  {
    code: `export { verifyPdf } from '@gov/e-seal/pdf'; export { readCertificate, TrustStore } from '@gov/pki'`,
    without: [/pdf-lib/, /fontkit/, /resvg/, /\/zod\//, /dev-ca/],
    maxGzip: 150_000,
  },
];

/** In every bundle: what a browser has not. */
const NEVER = [/["'`]node:/, /\bBuffer\.(from|alloc|concat)/, /\bprocess\.(env|versions|platform)/];

/** @param {string} root */
export async function checkBundles(root) {
  const wrong = [];
  const sizes = [];
  for (const { code, conditions = [], absent = [], without = [], maxGzip } of BUNDLES) {
    const name = [/'(.*?)'/.exec(code)?.[1] ?? code, ...conditions].join(' ');
    try {
      const { text, inputs } = await bundle(root, code, conditions);
      const size = gzipSync(text).length;
      sizes.push(`${name.replace('@gov/', '')} ${(size / 1000).toFixed(1)}`);
      for (const pattern of [...NEVER, ...absent])
        if (typeof pattern === 'string' ? text.includes(pattern) : pattern.test(text))
          wrong.push(`${name}: the bundle holds ${pattern}`);
      for (const pattern of without)
        for (const input of inputs) if (pattern.test(input)) wrong.push(`${name}: the bundle takes in ${input}`);
      if (maxGzip !== undefined && size > maxGzip) wrong.push(`${name}: ${size} bytes gzip, more than ${maxGzip}`);
    } catch (error) {
      wrong.push(`${name}: ${error instanceof Error ? error.message : error}`);
    }
  }
  if (wrong.length > 0) throw new Error([...wrong, `gzip KB: ${sizes.join(', ')}`].join('\n'));
  return `gzip KB: ${sizes.join(', ')}`;
}

/** @param {string} root @param {string} code @param {readonly string[]} conditions */
async function bundle(root, code, conditions) {
  const result = await build({
    stdin: { contents: code, resolveDir: root, loader: 'js' },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    conditions: ['module', ...conditions],
    target: 'es2022',
    charset: 'utf8',
    minify: true,
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
  const inputs = Object.entries(result.metafile.outputs).flatMap(([, output]) =>
    Object.entries(output.inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([path]) => path),
  );
  return { text: result.outputFiles[0]?.text ?? '', inputs };
}
