import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { context, der } from '@gov/der';
import {
  CMS_LIMITS,
  CONTENT_TYPE,
  signCms,
  signCmsDetached,
  signCmsStream,
  verifyCms,
  verifyCmsStream,
} from '@gov/pki/cms';
import { beforeAll, describe, expect, it } from 'vitest';
import { codeOf } from './builder.js';
import { build, contentTypeAttribute, DATA, digestAttribute } from './cms-builder.js';
import { AT, CONTENT, found, makeWorld, NOTHING, SIGNED_AT, type World } from './cms-world.js';

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

const collect = async (parts: AsyncIterable<Uint8Array>): Promise<Uint8Array> => {
  const all: Uint8Array[] = [];
  for await (const part of parts) all.push(part.slice());
  return new Uint8Array(Buffer.concat(all));
};

async function verify(message: Uint8Array, size = 11, trust = world.trust) {
  const content: Uint8Array[] = [];
  const report = await verifyCmsStream(pieces(message, size), {
    at: AT,
    trust,
    onContent: (piece) => void content.push(piece.slice()),
  });
  return { report, content: new Uint8Array(Buffer.concat(content)) };
}

const eoc = [0, 0];
/** The same value with indefinite lengths down to the content, which comes in pieces; the rest as it is. */
function asBer(content: Uint8Array, rest: Uint8Array, inner: (content: Uint8Array) => readonly number[]): Uint8Array {
  return Uint8Array.from([
    ...[0x30, 0x80, ...der.oid(CONTENT_TYPE.gm.signedData), 0xa0, 0x80, 0x30, 0x80, ...der.integer(1)],
    ...der.setOf(der.sequence(der.oid('1.2.156.10197.1.401'))),
    ...[0x30, 0x80, ...der.oid(DATA), 0xa0, 0x80, ...inner(content), ...eoc, ...eoc],
    ...rest,
    ...[...eoc, ...eoc, ...eoc],
  ]);
}

describe('verifyCmsStream', () => {
  it.each([1, 2, 13, 4096])('DER in chunks of %i, and its content', async (size) => {
    const message = await signCms(CONTENT, { signers: [world.one, world.two], signingTime: SIGNED_AT });
    const { report, content } = await verify(message, size, world.strict);
    expect(found(report)).toEqual([...NOTHING, ...NOTHING]);
    expect(content).toEqual(CONTENT);
    expect(report).toEqual(await verifyCms(message, { at: AT, trust: world.strict }));
  });

  it.each([1, 2, 13, 4096])('BER in chunks of %i', async (size) => {
    const message = await collect(signCmsStream(pieces(CONTENT, 5), { signers: [world.one] }));
    const { report, content } = await verify(message, size);
    expect(report.verdict).toBe('valid');
    expect(content).toEqual(CONTENT);
    expect(await codeOf(() => verify(message, size, world.strict))).toBe('cms-malformed');
  });

  it('nested pieces, definite pieces, no piece', async () => {
    const message = await signCms(CONTENT, { signers: [world.one] });
    const start = Buffer.from(message).indexOf(CONTENT) + CONTENT.length;
    const rest = message.subarray(start);
    const forms: Record<string, (content: Uint8Array) => number[]> = {
      whole: (content) => [...der.octetString(content)],
      pieces: (content) => [
        0x24,
        0x80,
        ...der.octetString(content.subarray(0, 3)),
        ...der.octetString(content.subarray(3)),
        ...eoc,
      ],
      'definite pieces': (content) => [
        ...der.element(0x24, der.octetString(content.subarray(0, 3)), der.octetString(content.subarray(3))),
      ],
      nested: (content) => [
        0x24,
        0x80,
        0x24,
        0x80,
        ...der.octetString(content.subarray(0, 3)),
        ...eoc,
        ...der.element(0x24, der.octetString(content.subarray(3))),
        ...eoc,
      ],
    };
    for (const [name, form] of Object.entries(forms)) {
      const ber = asBer(CONTENT, rest, form);
      const { report, content } = await verify(ber);
      expect(report.verdict, name).toBe('valid');
      expect(content, name).toEqual(CONTENT);
      expect((await verifyCms(ber, { at: AT, trust: world.trust })).verdict, name).toBe('valid');
    }
    const deep = [0x24, 0x80, 0x24, 0x80, 0x24, 0x80, 0x24, 0x80, 0x24, 0x80];
    const tooDeep = asBer(CONTENT, rest, (content) => [...deep, ...der.octetString(content), ...Array(10).fill(0)]);
    expect(await codeOf(() => verify(tooDeep))).toBe('cms-malformed');
    const wrong = asBer(CONTENT, rest, (content) => [
      0x24,
      0x80,
      ...der.utf8String('x'),
      ...der.octetString(content),
      ...eoc,
    ]);
    expect(await codeOf(() => verify(wrong))).toBe('cms-malformed');
  });

  it('changed content, cut content, more content', async () => {
    const message = await signCms(CONTENT, { signers: [world.one] });
    const at = Buffer.from(message).indexOf(CONTENT);
    const changed = message.slice();
    changed[at]! ^= 1;
    expect(found((await verify(changed)).report)).toEqual(['integrity fail digest-mismatch', ...NOTHING]);
    for (const cut of [message.subarray(0, at + 3), message.subarray(0, -1), message.subarray(0, 1), new Uint8Array(0)])
      expect(await codeOf(() => verify(cut))).toBe('cms-malformed');
    expect(await codeOf(() => verify(Uint8Array.of(...message, 0)))).toBe('cms-malformed');
  });

  it('levels that end elsewhere', async () => {
    const message = await collect(signCmsStream(pieces(CONTENT, 5), { signers: [world.one] }));
    expect(await codeOf(() => verify(message.subarray(0, -2)))).toBe('cms-malformed');
    expect(await codeOf(() => verify(Uint8Array.of(...message.subarray(0, -1), 1)))).toBe('cms-malformed');
    expect(await codeOf(() => verify(Uint8Array.of(...message, 0, 0)))).toBe('cms-malformed');
    const definite = await signCms(CONTENT, { signers: [world.one] });
    const inner = Buffer.from(definite).indexOf(der.oid(DATA));
    // encapContentInfo, [0] and the content say one octet more, or less
    for (const [offset, change] of [
      [inner - 1, 1],
      [inner - 1, -1],
      [inner + der.oid(DATA).length + 1, 1],
    ] as const) {
      const other = definite.slice();
      other[offset]! += change;
      expect(await codeOf(() => verify(other))).toBe('cms-malformed');
    }
    for (const offset of [2, 3]) {
      const other = definite.slice();
      other[offset]! ^= 1;
      expect(await codeOf(() => verify(other))).toBe('cms-malformed');
    }
  });

  it('a detached message has no content, other things are none', async () => {
    const detached = await signCmsDetached(CONTENT, { signers: [world.one] });
    expect(await codeOf(() => verify(detached))).toBe('cms-content-missing');
    expect(await codeOf(() => verify(der.sequence(der.oid('1.2.3'))))).toBe('cms-malformed');
    expect(await codeOf(() => verify(new TextEncoder().encode('-----BEGIN CMS-----')))).toBe('cms-malformed');
    const enveloped = await build({
      outer: CONTENT_TYPE.gm.envelopedData,
      content: CONTENT,
      signers: [{ by: world.one }],
    });
    expect(await codeOf(() => verify(enveloped))).toBe('cms-malformed');
  });

  it('without attributes: short content is held, long content is unknown', async () => {
    const short = await build({ content: CONTENT, signers: [{ by: world.one, attributes: null }] });
    expect((await verify(short)).report.verdict).toBe('valid');
    const edge = await build({
      content: new Uint8Array(CMS_LIMITS.maxHeldContent),
      signers: [{ by: world.one, attributes: null }],
    });
    expect((await verify(edge, 1 << 20)).report.verdict).toBe('valid');
    const content = new Uint8Array(CMS_LIMITS.maxHeldContent + 1);
    const long = await build({ content, signers: [{ by: world.one, attributes: null }] });
    const { report } = await verify(long, 1 << 20);
    expect(found(report)).toEqual(['authenticity unknown cms-content-not-held', ...NOTHING]);
    expect(report.signatures![0]!.findings.map(({ code }) => code)).not.toContain('integrity-ok');
    expect(report.verdict).toBe('indeterminate');
    expect((await verifyCms(long, { at: AT, trust: world.trust })).verdict).toBe('valid');
    const detached = await build({ content: null, signers: [{ by: world.one, attributes: null }] }, content);
    const options = { at: AT, trust: world.trust };
    expect((await verifyCms(detached, { ...options, content: pieces(content, 1 << 20) })).verdict).toBe(
      'indeterminate',
    );
    expect((await verifyCms(detached, { ...options, content })).verdict).toBe('valid');
  });

  it('a source that uses its buffer again', async () => {
    const message = await build({ content: CONTENT, signers: [{ by: world.one, attributes: null }] });
    const again = async function* () {
      const buffer = new Uint8Array(8);
      for (let at = 0; at < message.length; at += 8) {
        const part = message.subarray(at, at + 8);
        buffer.set(part);
        yield buffer.subarray(0, part.length);
      }
    };
    expect((await verifyCmsStream(again(), { at: AT, trust: world.trust })).verdict).toBe('valid');
  });

  it('a digest that is not announced is not there', async () => {
    const message = await build({ content: CONTENT, signers: [{ by: world.one }], digestAlgorithms: der.setOf() });
    expect(found((await verify(message)).report)).toEqual(['integrity unknown cms-content-not-held', ...NOTHING]);
  });

  it('attributes in the place of long content are found too', async () => {
    const filler = Array.from({ length: 60 }, (_, i) =>
      der.sequence(der.oid(`1.2.${i}`), der.setOf(der.octetString(new Uint8Array(30_000)))),
    );
    const attributes = der.setOf(contentTypeAttribute(DATA), digestAttribute(new Uint8Array(32)), ...filler);
    const message = await build({ content: attributes, signers: [{ by: world.one, attributes: null }] });
    expect(found((await verify(message, 1 << 16)).report)).toContain('integrity fail cms-attributes-as-content');
  });

  it('more beside the content than is taken', async () => {
    const message = await signCms(CONTENT, { signers: [world.one] });
    const end = Buffer.from(message).indexOf(CONTENT) + CONTENT.length;
    const head = asBer(CONTENT, new Uint8Array(0), (content) => [...der.octetString(content)]).subarray(0, -6);
    const flood = async function* () {
      yield head;
      yield message.subarray(end, end + 1);
      for (let i = 0; i < 40; i++) yield new Uint8Array(1 << 20).fill(context(0));
    };
    expect(await codeOf(() => verifyCmsStream(flood(), { at: AT, trust: world.trust }))).toBe('limit-exceeded');
  });

  it('closes the source when the content is not wanted, and stops', async () => {
    let closed = false;
    const message = await signCms(CONTENT, { signers: [world.one] });
    const source = async function* () {
      try {
        yield* pieces(message, 20);
      } finally {
        closed = true;
      }
    };
    const unwanted = verifyCmsStream(source(), {
      at: AT,
      trust: world.trust,
      onContent: () => Promise.reject(new Error('no room')),
    });
    await expect(unwanted).rejects.toThrow('no room');
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(closed).toBe(true);
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(verifyCmsStream(source(), { at: AT, trust: world.trust, signal })).rejects.toThrow('enough');
  });
});

describe('large content', () => {
  const SIZE = (process.env.SLOW ? 200 : 30) * 1024 * 1024;
  const CHUNK = 64 * 1024;

  /** The same buffer again and again, as a file reader does. */
  async function* large(): AsyncGenerator<Uint8Array> {
    const chunk = new Uint8Array(CHUNK);
    for (let at = 0; at < SIZE; at += CHUNK) {
      chunk.fill(at / CHUNK);
      yield chunk;
    }
  }
  /** What is held for signers without attributes, twice when it is put together, and a little; bytes. */
  const ROOM = 2 * CMS_LIMITS.maxHeldContent + 4 * 1024 * 1024;
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const held = () => {
    collectGarbage();
    const { arrayBuffers, heapUsed } = process.memoryUsage();
    return arrayBuffers + heapUsed;
  };

  it('is signed, sent and verified in constant memory', async () => {
    let most = 0;
    let content = 0;
    const before = held();
    const report = await verifyCmsStream(signCmsStream(large(), { signers: [world.one] }), {
      at: AT,
      trust: world.trust,
      onContent: (piece) => {
        content += piece.length;
        if (content % (1 << 20) === 0) most = Math.max(most, held() - before);
      },
    });
    expect(report.verdict).toBe('valid');
    expect(report.subject.contentBytes).toBe(SIZE);
    expect(most).toBeLessThan(ROOM);
    const signature = await signCmsDetached(large(), { signers: [world.one] });
    const detached = await verifyCms(signature, { at: AT, trust: world.trust, content: large() });
    expect(detached.verdict).toBe('valid');
  });
});
