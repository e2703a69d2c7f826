/** `gov citycode issue`: an online code, which the database redeems once. */
import { ONLINE_CODE_LIMITS, OnlineCodes } from '@gov/city-code/online';
import { GovError } from '@gov/verdict';
import { CODE_OPTIONS, codePlaces, HOLDER_OPTIONS, holderOf, shownCode, wholeOf } from '../city-code-options.js';
import { command } from '../command.js';
import { DATABASE_OPTION, openDatabase } from '../database.js';
import { refuseExisting } from '../files.js';

export const citycodeIssue = command({
  noun: 'citycode',
  verb: 'issue',
  about: { en: 'issue an online code (P0), to be redeemed once', zh: '签发联机码（P0），一次核销' },
  words: [],
  options: {
    database: DATABASE_OPTION,
    ...HOLDER_OPTIONS,
    lifetime: {
      type: 'string',
      value: 'S',
      about: { en: 'seconds that it lives (60; a week at most)', zh: '有效秒数（默认 60，最长一周）' },
    },
    scene: {
      type: 'string',
      value: 'N',
      about: { en: 'the only scene where it is redeemed (any)', zh: '限用场景（默认不限）' },
    },
    ...CODE_OPTIONS,
  },
  async run(_words, values, { at, force }) {
    const { lifetime = '60', scene } = values;
    const places = codePlaces(values);
    const holder = holderOf(values);
    const lifetimeSeconds = wholeOf(lifetime, 'lifetime', ONLINE_CODE_LIMITS.lifetimeSeconds);
    if (lifetimeSeconds === 0) throw new GovError('usage', '--lifetime is one second at least');
    const sceneNumber = scene === undefined ? {} : { scene: wholeOf(scene, 'scene', 0xffff) };
    if (places.out !== undefined && !force) await refuseExisting(places.out);
    const store = await openDatabase(values.database, { create: true });
    try {
      const code = await new OnlineCodes({ store: store.oneTime }).issue({
        ...holder,
        ...sceneNumber,
        at,
        lifetimeSeconds,
      });
      const expires = new Date(at.getTime() + lifetimeSeconds * 1000).toISOString();
      return await shownCode(code, places, { profile: 'P0', expires, ...sceneNumber }, force);
    } finally {
      await store.close();
    }
  },
});
