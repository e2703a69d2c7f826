import { migrate, openStore } from '@gov/store';
import { afterAll, describe, expect, it } from 'vitest';
import { storeContract } from '../../../packages/store/test/contract/index.js';
import { postgresHere } from '../postgres.js';

const postgres = await postgresHere();
afterAll(() => postgres?.stop());

describe.skipIf(postgres === undefined)('a PostgreSQL server', () => {
  storeContract('PostgreSQL', async () => {
    const url = await postgres!.database();
    expect((await migrate(url)).applied).toEqual([1, 2, 3]);
    return openStore(url);
  });

  it('that has no schema is not opened, and none is made by that', async () => {
    const url = await postgres!.database();
    await expect(openStore(url)).rejects.toMatchObject({ code: 'store-version' });
    await expect(openStore(url)).rejects.toMatchObject({ code: 'store-version' });
  });
});
