// Answers one JSON line for each it reads: what node:crypto of this Node says. Octets are hexadecimal.
import { createCipheriv, createDecipheriv, createHash, createHmac, createPrivateKey } from 'node:crypto';
import { createInterface } from 'node:readline';

const unhex = (text) => Buffer.from(text, 'hex');

const acts = {
  version: () => Buffer.from(`${process.versions.node} (OpenSSL ${process.versions.openssl})`),
  sm3: ({ data }) => createHash('sm3').update(unhex(data)).digest(),
  hmac: ({ key, data }) => createHmac('sm3', unhex(key)).update(unhex(data)).digest(),
  encrypt({ name, key, iv, aad, tagLength, padding, data }) {
    const aead = tagLength === undefined ? undefined : { authTagLength: tagLength };
    const cipher = createCipheriv(name, unhex(key), unhex(iv), aead);
    if (aead === undefined) cipher.setAutoPadding(padding);
    else cipher.setAAD(unhex(aad), { plaintextLength: data.length / 2 });
    const sealed = Buffer.concat([cipher.update(unhex(data)), cipher.final()]);
    return aead === undefined ? sealed : Buffer.concat([sealed, cipher.getAuthTag()]);
  },
  decrypt({ name, key, iv, aad, tagLength, padding, data }) {
    const aead = tagLength === undefined ? undefined : { authTagLength: tagLength };
    const bytes = unhex(data);
    const cipher = createDecipheriv(name, unhex(key), unhex(iv), aead);
    if (aead === undefined) {
      cipher.setAutoPadding(padding);
      return Buffer.concat([cipher.update(bytes), cipher.final()]);
    }
    const sealed = bytes.subarray(0, bytes.length - tagLength);
    cipher.setAuthTag(bytes.subarray(bytes.length - tagLength));
    cipher.setAAD(unhex(aad), { plaintextLength: sealed.length });
    return Buffer.concat([cipher.update(sealed), cipher.final()]);
  },
  /** Any private key file, opened, as PKCS#8. */
  openKey({ pem, passphrase }) {
    return createPrivateKey({ key: pem, passphrase }).export({ format: 'der', type: 'pkcs8' });
  },
  /** PKCS#8 under a password, PEM. */
  sealKey({ pkcs8, cipher, passphrase }) {
    const key = createPrivateKey({ key: unhex(pkcs8), format: 'der', type: 'pkcs8' });
    return Buffer.from(key.export({ format: 'pem', type: 'pkcs8', cipher, passphrase }));
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    const { act, ...parameters } = JSON.parse(line);
    answer = { bytes: Buffer.from(acts[act](parameters)).toString('hex') };
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
