/** The three, each on a port of this machine. */
import type { RequestListener } from 'node:http';
import { type CryptoKeyPair, randomDPoPKeyPair } from 'openid-client';
import { listen } from '../listen.js';
import { type City, city } from './city.js';
import { type Department, department } from './department.js';
import { type Province, province } from './province.js';

export interface World {
  readonly provinceUrl: string;
  readonly departmentUrl: string;
  readonly cityUrl: string;
  readonly province: Province;
  readonly department: Department;
  /** That it proves with who it is. */
  readonly departmentKey: CryptoKeyPair;
  readonly city: City;
  close(): Promise<void>;
}

/** Each must know the addresses of the others before it begins. */
async function place() {
  let serve: RequestListener | undefined;
  const running = await listen((request, response) => serve!(request, response));
  return {
    url: `http://127.0.0.1:${running.port}`,
    serve(listener: RequestListener): void {
      serve = listener;
    },
    close: () => running.close(),
  };
}

export async function world(): Promise<World> {
  const [atProvince, atCity, atDepartment] = [await place(), await place(), await place()];
  const [provinceUrl, cityUrl, departmentUrl] = [atProvince.url, atCity.url, atDepartment.url];
  const kid = 'tax-2026';
  const key = await randomDPoPKeyPair('ES256');
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', key.publicKey);
  const publicKey = { ...{ kty, crv, x, y }, kid, use: 'sig', alg: 'ES256' } as const;
  const theProvince = province({ url: provinceUrl, departmentUrl, departmentKey: publicKey, cityUrl });
  atProvince.serve(theProvince.listener);
  const theCity = await city({ url: cityUrl, provinceUrl, departmentKey: publicKey });
  atCity.serve(theCity.listener);
  const theDepartment = await department({ url: departmentUrl, provinceUrl, cityUrl, key, kid });
  atDepartment.serve(theDepartment.listener);
  return {
    ...{
      provinceUrl,
      departmentUrl,
      cityUrl,
      province: theProvince,
      department: theDepartment,
      departmentKey: key,
      city: theCity,
    },
    close: async () => void (await Promise.all([atProvince, atCity, atDepartment].map((one) => one.close()))),
  };
}
