/** The module sm2.wasm below the backend: nonces, what it leaves behind; and the tables of keys. */
import { describe, expect, it } from 'vitest';
import { bytesToHex, hexToBytes } from '../src/bytes.js';
import { CURVE } from '../src/internal/curve.js';
import { KeyTables, KeyUse, TABLE_AFTER, TABLES_LIMIT_BYTES } from '../src/internal/key-tables.js';
import { signWithNonce } from '../src/internal/sm2-js.js';
import { wasm, wasmBackend } from '../src/internal/sm2-wasm.js';
import { instantiate } from '../src/internal/wasm/instance.js';
import { SM2_MODULE } from '../src/internal/wasm/sm2-module.js';

const { n } = CURVE;
const octets = (value: bigint): Uint8Array => hexToBytes(value.toString(16).padStart(64, '0'));

/** The module's calls, with octets put to and taken from their places by name. */
function bareModule() {
  const exports = instantiate(SM2_MODULE) as Record<string, WebAssembly.ExportValue>;
  const memory = new Uint8Array((exports.memory as WebAssembly.Memory).buffer);
  const at = (name: string): number => (exports[name] as WebAssembly.Global).value as number;
  return {
    memory,
    free: at('FREE'),
    put: (name: string, bytes: Uint8Array) => memory.set(bytes, at(name)),
    get: (name: string, length: number) => memory.slice(at(name), at(name) + length),
    call: (name: string) => (exports[name] as () => number)(),
  };
}

const vector = {
  d: 0x3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8n,
  k: 0x59276e27d506861a16680f3ad9c02dccef3cc1fa3cdbe4ce6d54b80deac1bc21n,
  e: 'f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640',
  signature:
    'f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3' +
    'b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa',
};

describe('signing with a given nonce', () => {
  const module = bareModule();
  const inverseOf = (d: bigint): Uint8Array => {
    module.put('SCALAR', octets(d));
    module.call('invertKey');
    return module.get('INVERSE', 32);
  };
  const sign = (d: bigint, e: Uint8Array, k: bigint): string | undefined => {
    module.put('INVERSE', inverseOf(d));
    module.put('SCALAR', octets(d));
    module.put('DIGEST', e);
    module.put('RANDOM', octets(k));
    return module.call('signWithNonce') === 0 ? undefined : bytesToHex(module.get('SIGNATURE', 64));
  };

  // GB/T 32918.5-2017 A.2
  it('gives the signature of the standard', () =>
    expect(sign(vector.d, hexToBytes(vector.e), vector.k)).toBe(vector.signature));

  it('agrees with the JavaScript backend, also where the standard wants another nonce', () => {
    const nonces = [1n, 2n, 3n, 6n, 15n, 16n, n - 1n, n - 2n, n - 6n, vector.k, 30n * (1n << 252n) - n];
    const keys = [1n, 2n, n - 2n, n - 3n, vector.d];
    for (const d of keys)
      for (const k of nonces) {
        const x1 = BigInt(`0x${bytesToHex(wasm.publicPoint(octets(k)).subarray(1, 33))}`);
        const inverse = BigInt(`0x${bytesToHex(inverseOf(d))}`);
        expect((inverse * (d + 1n)) % n).toBe(1n);
        // r = 0; r + k = n; s = 0 (k = r·d); an ordinary one; e of n and more.
        const zeroS = k % n === 0n ? 0n : (((k * power(d, n - 2n) - x1) % n) + n) % n;
        const digests = [
          (n - (x1 % n)) % n,
          (((n - k - x1) % n) + n) % n,
          zeroS,
          BigInt(`0x${vector.e}`),
          (1n << 256n) - 1n,
        ];
        for (const [index, e] of digests.entries()) {
          const wanted = signWithNonce(e, d, inverse, k);
          if (index < 2) expect(wanted).toBeUndefined();
          expect(sign(d, octets(e), k)).toBe(wanted === undefined ? undefined : bytesToHex(wanted));
        }
      }
  });

  it('refuses s = 0', () => {
    // k = r·d: chosen through e.
    const k = 5n;
    const x1 = BigInt(`0x${bytesToHex(wasm.publicPoint(octets(k)).subarray(1, 33))}`);
    const r = (k * power(vector.d, n - 2n)) % n;
    expect(sign(vector.d, octets((((r - x1) % n) + n) % n), k)).toBeUndefined();
  });

  it.each([0n, n, n + 1n, (1n << 256n) - 1n])('refuses the nonce %i', (k) => {
    expect(sign(vector.d, hexToBytes(vector.e), k)).toBeUndefined();
  });
});

describe('the nonce', () => {
  const sign = (e: string, random: number) => {
    const module = bareModule();
    module.put('SCALAR', octets(vector.d));
    module.call('invertKey');
    module.put('SCALAR', octets(vector.d));
    module.put('DIGEST', hexToBytes(e));
    module.put('RANDOM', new Uint8Array(32).fill(random));
    module.call('sign');
    return { r: bytesToHex(module.get('SIGNATURE', 32)), module };
  };
  const other = vector.e.replace(/^f0/, 'f1');

  it('depends on the random octets and on the message: a generator that repeats gives nothing away', () => {
    const k = (r: string, e: string) => (((BigInt(`0x${r}`) - BigInt(`0x${e}`)) % n) + n) % n;
    const first = k(sign(vector.e, 1).r, vector.e);
    expect(k(sign(vector.e, 1).r, vector.e)).toBe(first);
    expect(k(sign(vector.e, 2).r, vector.e)).not.toBe(first);
    expect(k(sign(other, 1).r, other)).not.toBe(first);
  });

  it('and the key are nowhere in the memory afterwards', () => {
    const { module } = sign(vector.e, 1);
    const d = octets(vector.d);
    for (const secret of [d, d.slice().reverse(), new Uint8Array(32).fill(1)])
      for (const part of [secret.subarray(0, 8), secret.subarray(24)])
        expect(Buffer.from(module.memory.subarray(0, module.free)).indexOf(part)).toBe(-1);
    // The key's inverse, and the blocks of HMAC that hold the key masked.
    expect(module.get('INVERSE', 32)).toEqual(new Uint8Array(32));
    const masked = d.map((octet) => octet ^ 0x36);
    expect(Buffer.from(module.memory).indexOf(masked.subarray(0, 8))).toBe(-1);
  });

  it('leave the memory as another key and nonce would, but for the signature', () => {
    const memories = [
      { d: vector.d, random: 1 },
      { d: 12345n, random: 2 },
    ].map(({ d, random }) => {
      const module = bareModule();
      module.put('SCALAR', octets(d));
      module.call('invertKey');
      module.put('SCALAR', octets(d));
      module.put('DIGEST', hexToBytes(vector.e));
      module.put('RANDOM', new Uint8Array(32).fill(random));
      module.call('sign');
      module.put('SIGNATURE', new Uint8Array(64));
      return Buffer.from(module.memory);
    });
    expect(memories[0]!.equals(memories[1]!)).toBe(true);
  });

  it('nor does arithmetic with a scalar leave it there', () => {
    for (const call of ['publicPoint', 'multiplyPoint', 'invertKey']) {
      const module = bareModule();
      module.put('KEY', wasm.publicPoint(octets(7n)).subarray(1));
      module.put('SCALAR', octets(vector.d));
      module.call(call);
      for (const secret of [octets(vector.d), octets(vector.d).reverse(), octets(n - vector.d).reverse()])
        expect(Buffer.from(module.memory).indexOf(secret.subarray(0, 8)), call).toBe(-1);
    }
  });
});

describe('signing through the backend', () => {
  it('never repeats a nonce', () => {
    const signer = wasm.signer(octets(vector.d), wasm.publicPoint(octets(vector.d)));
    const seen = new Set(Array.from({ length: 200 }, () => bytesToHex(signer.digest(hexToBytes(vector.e)))));
    expect(seen.size).toBe(200);
  });

  it('keeps keys apart that sign in turn', () => {
    const keys = [2n, vector.d, n - 2n].map((d) => {
      const point = wasm.publicPoint(octets(d));
      return { signer: wasm.signer(octets(d), point), verifier: wasm.verifier(point) };
    });
    const e = hexToBytes(vector.e);
    for (let round = 0; round < 5; round++) {
      const signatures = keys.map(({ signer }) => signer.digest(e));
      for (const [i, { verifier }] of keys.entries())
        for (const [j, signature] of signatures.entries()) expect(verifier.digest(e, signature)).toBe(i === j);
    }
  });

  it('holds its own copy of the scalar', () => {
    const scalar = octets(vector.d);
    const point = wasm.publicPoint(scalar);
    const signer = wasm.signer(scalar, point);
    scalar.fill(0);
    expect(wasm.verifier(point).digest(hexToBytes(vector.e), signer.digest(hexToBytes(vector.e)))).toBe(true);
  });
});

describe('tables of keys', () => {
  const places = () => {
    let next = 0;
    return () => {
      next += 1000;
      return next;
    };
  };
  const built: number[] = [];
  const build = (table: number) => void built.push(table);
  const use = (tables: KeyTables, key: KeyUse, times: number) => {
    let table = 0;
    for (let i = 0; i < times; i++) table = tables.tableOf(key, {}, build);
    return table;
  };

  it('are built at the third use and kept', () => {
    const tables = new KeyTables(places(), 100, 1000);
    const key = new KeyUse();
    built.length = 0;
    expect(use(tables, key, TABLE_AFTER - 1)).toBe(0);
    expect(use(tables, key, 5)).toBe(1000);
    expect(built).toEqual([1000]);
  });

  it('stay under the limit: who comes late waits', () => {
    const tables = new KeyTables(places(), 100, 250);
    const keys = Array.from({ length: 3 }, () => new KeyUse());
    expect(keys.map((key) => use(tables, key, TABLE_AFTER))).toEqual([1000, 2000, 0]);
  });

  it('are done without where memory ends', () => {
    const allocate = places();
    let left = 1;
    const tables = new KeyTables(() => (left-- > 0 ? allocate() : 0), 100, 1000);
    const keys = Array.from({ length: 2 }, () => new KeyUse());
    expect(keys.map((key) => use(tables, key, 5))).toEqual([1000, 0]);
  });

  it('are taken from a key that rested, which must then earn one again', () => {
    const tables = new KeyTables(places(), 100, 250);
    const [busy, resting, late] = [new KeyUse(), new KeyUse(), new KeyUse()];
    use(tables, busy, 5);
    use(tables, resting, 5);
    expect(use(tables, late, 3)).toBe(0);
    for (let i = 0; i < 20; i++) use(tables, busy, 1);
    expect([use(tables, late, 1), use(tables, late, 1)]).toContain(2000);
    expect(resting).toMatchObject({ table: 0, uses: 0 });
    expect(busy.table).toBe(1000);
    expect(use(tables, resting, 2)).toBe(0);
  });

  it('verify as before when they are taken and built for others again and again', () => {
    const backend = wasmBackend(SM2_MODULE);
    // More keys than 32 MiB of tables hold would take a minute; the tables' own class is tested above.
    const e = hexToBytes(vector.e);
    const keys = Array.from({ length: 40 }, (_, i) => {
      const d = octets(vector.d + BigInt(i));
      const point = backend.publicPoint(d);
      return { verifier: backend.verifier(point), signature: backend.signer(d, point).digest(e) };
    });
    for (let round = 0; round < 5; round++)
      for (const [i, { verifier }] of keys.entries())
        for (const [j, { signature }] of keys.entries())
          if (i === j || (i + j) % 13 === 0) expect(verifier.digest(e, signature)).toBe(i === j);
  });

  it('say what they cost', () => {
    const table = (instantiate(SM2_MODULE).KEY_TABLE as WebAssembly.Global).value;
    expect(table).toBe(99_072);
    expect(Math.floor(TABLES_LIMIT_BYTES / table)).toBe(338);
  });
});

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let b = base % n, e = exponent; e > 0n; e >>= 1n, b = (b * b) % n) if (e & 1n) result = (result * b) % n;
  return result;
}
