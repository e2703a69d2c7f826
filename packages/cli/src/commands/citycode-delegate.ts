/** `gov citycode delegate`: the issuer lets a device show codes for some hours. */
import { DELEGATION_LIMITS, Delegator, delegationRequest, licenseDigest } from '@gov/city-code/delegate';
import type { DeviceKey } from '@gov/city-code/show';
import { bytesToHex } from '@gov/sm';
import { GovError } from '@gov/verdict';
import { PASSWORD_FILE } from '../arguments.js';
import { licensePayloadOf } from '../carried-license.js';
import { deviceKeyOf, newDeviceKey } from '../city-code-device.js';
import { ISSUER_OPTIONS, issuerOf } from '../city-code-issuer.js';
import { HOLDER_OPTIONS, holderOf, wholeOf } from '../city-code-options.js';
import { REGISTER_OPTIONS, withRegister } from '../city-code-register.js';
import { command } from '../command.js';
import { refuseExisting, writeOutputs } from '../files.js';
import { refuseStdinTwice } from '../password.js';

export const citycodeDelegate = command({
  noun: 'citycode',
  verb: 'delegate',
  about: { en: 'delegate showing codes to a device', zh: '向设备签发出码授权' },
  words: [],
  options: {
    ...ISSUER_OPTIONS,
    region: {
      type: 'string',
      value: 'CODE',
      about: { en: 'region of the code, six digits (GB/T 2260)', zh: '行政区划代码（GB/T 2260，六位）' },
      required: true,
    },
    ...HOLDER_OPTIONS,
    relative: {
      type: 'string',
      value: 'REF',
      about: { en: 'who shows it for the holder, a reference too', zh: '代为出示的亲属或监护人（内部标识）' },
    },
    license: {
      type: 'string',
      value: 'F.txt|F.png|EL1:…',
      about: {
        en: 'licence that the code carries (P2); verify it before: gov license verify',
        zh: '码中携带的证照（二维码文本或图片），即 P2；请先行核验该证照',
      },
    },
    lifetime: {
      type: 'string',
      value: 'S',
      about: { en: 'seconds, at most (86400)', zh: '最长有效秒数（默认 86400）' },
    },
    'device-key': {
      type: 'string',
      value: 'FILE',
      about: { en: 'private key of the device, never used before', zh: '设备私钥（须为新密钥）' },
    },
    'device-key-password-file': PASSWORD_FILE,
    'new-device-key': {
      type: 'string',
      value: 'FILE',
      about: { en: 'make a device key, and write it here', zh: '新建设备密钥并写入该文件' },
    },
    suite: {
      type: 'string',
      value: '1|2',
      about: { en: 'of the new key: 1 SM2 (default), 2 P-256', zh: '新密钥的算法套件：1 SM2（默认）、2 P-256' },
    },
    ...REGISTER_OPTIONS,
    out: { type: 'string', value: 'FILE', about: { en: 'the delegation, octets', zh: '授权文件' }, required: true },
  },
  async run(_words, values, { at, force, readStdin }) {
    const { license, relative, out, 'new-device-key': newKeyFile } = values;
    refuseStdinTwice(values['key-password-file'], values['device-key-password-file']);
    const content = {
      ...holderOf(values),
      at,
      region: values.region,
      lifetimeSeconds: wholeOf(values.lifetime ?? '86400', 'lifetime', DELEGATION_LIMITS.lifetimeSeconds),
      ...(relative === undefined ? {} : { relative }),
      ...(license === undefined ? {} : { licenseDigest: licenseDigest(await licensePayloadOf(license)) }),
    };
    const { signer, issuerIndex } = await issuerOf(values, at, readStdin);
    const { key, pem } = await deviceOf(values, readStdin);
    // What was registered is registered, also where its files cannot be written.
    for (const path of newKeyFile === undefined ? [out] : [out, newKeyFile]) if (!force) await refuseExisting(path);
    const delegation = await withRegister(values, { create: true }, async (register) => {
      const challenge = crypto.getRandomValues(new Uint8Array(32));
      const request = await delegationRequest(challenge, key);
      return new Delegator({ signer, issuerIndex, register }).issue(request, { ...content, challenge });
    });
    const keyFile = newKeyFile ?? values['device-key']!;
    await writeOutputs(
      [
        { path: out, content: delegation.bytes, secret: true },
        ...(pem === undefined ? [] : [{ path: keyFile, content: pem, secret: true }]),
      ],
      force,
    );
    const { profile, suite, expires, tag } = delegation;
    const json = {
      ...{ delegation: out, deviceKey: keyFile, profile, suite, region: values.region, issuerIndex },
      ...{ tag: bytesToHex(tag), expires: expires.toISOString() },
    };
    return { kind: 'done', json, lines: [`${out}  ${json.expires}`] };
  },
});

/** @throws GovError `usage`; `key-unsupported` */
async function deviceOf(
  values: {
    readonly 'device-key': string | undefined;
    readonly 'device-key-password-file': string | undefined;
    readonly 'new-device-key': string | undefined;
    readonly suite: string | undefined;
  },
  readStdin: () => Promise<Uint8Array>,
): Promise<{ readonly key: DeviceKey; readonly pem?: string }> {
  const { 'device-key': file, 'device-key-password-file': password, 'new-device-key': made, suite = '1' } = values;
  if ((file === undefined) === (made === undefined))
    throw new GovError('usage', '--device-key FILE or --new-device-key FILE');
  if (file !== undefined) {
    if (values.suite !== undefined) throw new GovError('usage', '--suite goes with --new-device-key');
    return { key: await deviceKeyOf(file, password, readStdin) };
  }
  if (password !== undefined) throw new GovError('usage', '--device-key-password-file goes with --device-key');
  if (suite !== '1' && suite !== '2') throw new GovError('usage', '--suite is 1 or 2');
  return newDeviceKey(suite === '1' ? 1 : 2);
}
