/** `gov token jwks`: what an issuer publishes of its keys. */
import { jwkThumbprint, publicJwk } from '@gov/token/jwk';
import { GovError } from '@gov/verdict';
import { command } from '../command.js';
import { writeOutputs } from '../files.js';
import { publicKeysOf } from '../trust-list-file.js';

export const tokenJwks = command({
  noun: 'token',
  verb: 'jwks',
  about: { en: 'make a JWK Set of public keys and certificates', zh: '由公钥或证书生成 JWKS 公钥集' },
  words: ['PUB…'],
  options: {
    kid: {
      type: 'string',
      value: 'KID',
      about: { en: 'name of the one key (its thumbprint)', zh: '唯一密钥的标识（默认指纹）' },
    },
    use: { type: 'string', value: 'sig|enc', about: { en: 'what the keys are for (sig)', zh: '密钥用途（默认 sig）' } },
    out: { type: 'string', value: 'F.json', about: { en: 'write it here, not to the screen', zh: '写入文件而不显示' } },
  },
  async run(files, { kid, use = 'sig', out }, { force }) {
    if (use !== 'sig' && use !== 'enc') throw new GovError('usage', '--use is sig or enc');
    const spkis = (await Promise.all(files.map(publicKeysOf))).flat();
    if (kid !== undefined && spkis.length !== 1) throw new GovError('usage', '--kid names one key, not several');
    const keys = await Promise.all(
      spkis.map(async (spki) => publicJwk(spki, { kid: kid ?? (await jwkThumbprint(publicJwk(spki))), use })),
    );
    const kids = keys.map((key) => key.kid);
    if (new Set(kids).size !== kids.length) throw new GovError('usage', 'a key is given twice');
    const text = JSON.stringify({ keys }, undefined, 2);
    if (out === undefined) return { kind: 'done', json: { keys }, lines: text.split('\n') };
    await writeOutputs([{ path: out, content: `${text}\n` }], force);
    return { kind: 'done', json: { out, kids }, lines: [out, ...kids.map((one) => `  ${one}`)] };
  },
});
