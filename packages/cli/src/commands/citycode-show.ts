/** `gov citycode show`: a device makes a code, offline. */
import { CITY_CODE_LENGTH, readDelegation } from '@gov/city-code';
import { CodeHolder } from '@gov/city-code/show';
import { GovError } from '@gov/verdict';
import { PASSWORD_FILE } from '../arguments.js';
import { deviceKeyOf, fileCounters } from '../city-code-device.js';
import { CHALLENGE_OPTION, CODE_OPTIONS, challengeOf, codePlaces, shownCode, wholeOf } from '../city-code-options.js';
import { command } from '../command.js';
import { readInput, refuseExisting } from '../files.js';

export const citycodeShow = command({
  noun: 'citycode',
  verb: 'show',
  about: { en: 'make a code from a delegation, offline', zh: '凭授权离线出码' },
  words: ['DELEGATION'],
  options: {
    'device-key': {
      type: 'string',
      value: 'FILE',
      about: { en: 'private key of the device', zh: '设备私钥' },
      required: true,
    },
    'key-password-file': PASSWORD_FILE,
    scene: { type: 'string', value: 'N', about: { en: 'where it is shown', zh: '场景' }, required: true },
    ttl: { type: 'string', value: 'S', about: { en: 'seconds that it lives (60)', zh: '有效秒数（默认 60）' } },
    challenge: CHALLENGE_OPTION,
    counter: {
      type: 'string',
      value: 'FILE',
      about: {
        en: 'keeps how many codes were made (the file of the key and .counter)',
        zh: '保存出码计数的文件（默认为密钥文件名加 .counter）',
      },
    },
    ...CODE_OPTIONS,
  },
  async run([file], values, { at, force, readStdin }) {
    const places = codePlaces(values);
    const scene = wholeOf(values.scene, 'scene', 0xffff);
    const ttlSeconds = wholeOf(values.ttl ?? '60', 'ttl', 0xff);
    const challenge = challengeOf(values.challenge);
    const octets = await readInput(file!);
    if (octets.length > CITY_CODE_LENGTH.P2) throw new GovError('input-too-large', `${file} is no delegation`);
    const delegation = readDelegation(octets);
    const key = await deviceKeyOf(values['device-key'], values['key-password-file'], readStdin);
    if (places.out !== undefined && !force) await refuseExisting(places.out);
    const holder = new CodeHolder({
      delegations: async () => [delegation],
      counters: fileCounters(values.counter ?? `${values['device-key']}.counter`),
      keyOf: async () => key,
    });
    const { presented, counter, generated } = await holder.show({ at, scene, ttlSeconds, ...challenge });
    const expires = new Date(generated.getTime() + ttlSeconds * 1000).toISOString();
    const { profile } = delegation;
    return shownCode(
      presented,
      places,
      { profile, scene, counter, generated: generated.toISOString(), expires },
      force,
    );
  },
});
