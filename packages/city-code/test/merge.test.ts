/** Codes of other systems: read, masked, bound, fused, switched and routed. */
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { cityCodeText } from '@gov/city-code';
import {
  bankCards,
  type CodeFace,
  CodeLinks,
  CodeRouter,
  CodeScreen,
  cityCodes,
  LINK_LIMITS,
  type LinkClaim,
  memoryLinkStore,
  ROUTER_LIMITS,
  socialSecurityCards,
  transportCodes,
} from '@gov/city-code/merge';
import { generateSm2Key, hexToBytes } from '@gov/sm';
import { isGovError } from '@gov/verdict';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { TRANSPORT_AT as AT, TransportWorld } from './merge-world.js';

const world = new TransportWorld();
const transport = transportCodes({ roots: world.roots });
const cards = bankCards();
const social = socialSecurityCards();
/** A number for examples: Luhn's digit is 4. */
const CARD = '6222021234567894';
const CITIZEN = '11010519491231002X';
/** Of both forms: a citizen's number that has Luhn's digit, too. */
const BOTH = '440106199001010355';

const codeOf = async (work: () => unknown): Promise<string> => {
  try {
    await work();
    return 'nothing';
  } catch (error) {
    return isGovError(error) ? error.code : `not a GovError: ${error}`;
  }
};

let octets: Uint8Array;
beforeAll(async () => {
  octets = await world.code();
});

describe('numbers of cards', () => {
  it.each([CARD, '6222 0212 3456 7894', '4111111111111111', '378282246310005'])('reads bank card %s', (text) => {
    expect(cards.read(text)?.account).toBe(text.replaceAll(' ', ''));
  });

  it.each([
    ['a digit changed', '6222021234567895'],
    ['two digits swapped', '6222201234567894'],
    ['12 digits', '411111111116'],
    ['20 digits', '62220212345678940000'],
    ['a zero before', '0000000000000000'],
    ['full-width digits', '６２２２０２１２３４５６７８９４'],
    ['two spaces', '6222  0212 3456 7894'],
    ['a space at the end', `${CARD} `],
    ['a line ending', `${CARD}\n`],
    ['octets', new TextEncoder().encode(CARD)],
  ])('reads no bank card from %s', (_, scanned) => {
    expect(cards.read(scanned)).toBeUndefined();
  });

  it('finds each single wrong digit by Luhn’s rule', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 15 }), fc.integer({ min: 1, max: 9 }), (place, more) => {
        const digit = (Number(CARD[place]) + more) % 10;
        expect(cards.read(CARD.slice(0, place) + digit + CARD.slice(place + 1))).toBeUndefined();
      }),
    );
  });

  it('reads social security cards by both of their numbers', () => {
    expect(social.read(CITIZEN)?.masked).toBe('110***********002X');
    expect(social.read('A12345678')?.masked).toBe('*****5678');
    for (const text of ['110105194912310021', 'a12345678', 'A1234567', 'A123456789', ''])
      expect(social.read(text)).toBeUndefined();
  });

  it('says that a number proves nothing', async () => {
    const { verdict, findings, unchecked } = await cards.verify(cards.read(CARD)!, { at: AT });
    expect([verdict, unchecked]).toEqual(['valid', ['no-signature']]);
    expect(findings.some(({ check, outcome }) => check === 'authenticity' && outcome === 'pass')).toBe(false);
  });
});

describe('a code that was read', () => {
  it('is masked wherever it is written, and whole only where it is asked for', async () => {
    for (const [code, secret] of [
      [cards.read(CARD)!, '622202'],
      [social.read(CITIZEN)!, '19491231'],
      [transport.read(octets)!, '310400000000'],
    ] as const) {
      const written = [
        JSON.stringify({ code }),
        String(code),
        inspect(code, { depth: 9, showHidden: true }),
        `${code}`,
      ];
      for (const text of written) expect(text).not.toContain(secret);
      expect(code.account).toContain(secret);
      const { subject } = await [cards, social, transport]
        .find(({ name }) => name === code.system)!
        .verify(code as never, {
          at: AT,
        });
      expect(JSON.stringify(subject)).not.toContain(secret);
    }
  });
});

describe('the transport QR', () => {
  const judged = async (draft: Parameters<TransportWorld['code']>[0] = {}, at = AT) => {
    const { verdict, findings } = await transport.verify(transport.read(await world.code(draft))!, { at });
    return [verdict, ...findings.filter(({ outcome }) => outcome !== 'pass').map(({ code }) => code)];
  };
  const after = (seconds: number): Date => new Date(AT.getTime() + seconds * 1000);

  it('has 332 octets and what the issuer adds, and is read field by field', async () => {
    expect(octets.length).toBe(332);
    const long = await world.code({ custom: new Uint8Array(255).fill(7) });
    expect(long.length).toBe(587);
    expect(transport.read(long)?.detail.custom.length).toBe(255);
    const { detail } = transport.read(octets)!;
    expect(detail).toMatchObject({
      cardAccount: '31040000000000001234',
      issuer: '01234567',
      platform: '87654321',
      accountType: 1,
      limit: 3000,
      validitySeconds: 30,
      generated: AT,
      authorizedUntil: new Date('2027-02-23T02:00:00Z'),
      certificate: { rootIndex: 1, issuer: '01234567', lastMonth: '2026-12' },
    });
    expect(new TextDecoder().decode(detail.payAccount)).toBe('0000000000004711');
  });

  it('is read from hexadecimal text', () => {
    const hex = [...octets].map((octet) => octet.toString(16).padStart(2, '0')).join('');
    expect(transport.read(hex)?.account).toBe('01234567/31040000000000001234');
    expect(transport.read(hex.toUpperCase())?.account).toBe('01234567/31040000000000001234');
    expect(transport.read(hex.slice(2))).toBeUndefined();
    expect(transport.read(`${hex}0`)).toBeUndefined();
  });

  it('verifies by the key of the centre, the issuer and the user', async () => {
    expect(await judged()).toEqual(['valid']);
    expect(await judged({ custom: new Uint8Array(32) })).toEqual(['valid']);
  });

  it.each([
    ['a centre that is not known', { rootIndex: 2 }, 'indeterminate', 'path-no-anchor'],
    ['a certificate past its month', { expiry: '1026' }, 'invalid', 'certificate-expired-at-signing'],
    ['the certificate of another issuer', { certificateIssuer: '09999999' }, 'invalid', 'issuer-authority-mismatch'],
    ['an authorization that has ended', { authorizedUntil: after(-1) }, 'invalid', 'delegation-expired'],
    ['a code from later', { generated: after(31) }, 'invalid', 'city-code-from-later'],
    ['a code of a minute before', { generated: after(-61) }, 'invalid', 'city-code-too-old'],
    ['a code that wants to live long', { generated: after(-91), validity: 65_535 }, 'invalid', 'city-code-too-old'],
    ['eight hours of a time zone, later', { generated: after(8 * 3600) }, 'invalid', 'city-code-from-later'],
    ['eight hours of a time zone, before', { generated: after(-8 * 3600) }, 'invalid', 'city-code-too-old'],
    ['seconds since 2000', { generated: after(-946_656_000) }, 'invalid', 'city-code-too-old'],
  ] as const)('refuses %s', async (_, draft, verdict, code) => {
    expect(await judged(draft)).toEqual([verdict, code]);
  });

  it.each([
    ['root', 'path-signature-invalid'],
    ['issuer', 'signature-invalid'],
    ['user', 'device-signature-forged'],
  ] as const)('refuses what another than the %s signed', async (of, code) => {
    expect(await judged({ forger: { of, key: generateSm2Key() } })).toEqual(['invalid', code]);
  });

  it('reads no other version, length or tag', () => {
    for (const [place, octet] of [
      [0, 0x80],
      [1, 2],
      [2, 0],
      [3, 0x25],
      [9, 0x13],
      [198, 0x16],
      [267, 0x16],
    ] as const) {
      const changed = octets.slice();
      changed[place] = octet;
      expect([place, transport.read(changed)]).toEqual([place, undefined]);
    }
    expect(transport.read(Uint8Array.of(...octets, 0))).toBeUndefined();
  });

  it('takes a clock that differs by half a minute, and the last moment of the month', async () => {
    expect(await judged({ generated: after(30) })).toEqual(['valid']);
    expect(await judged({ generated: after(-60) })).toEqual(['valid']);
    const last = new Date('2026-12-31T15:59:59Z');
    expect(await judged({ generated: last }, last)).toEqual(['valid']);
    const first = new Date('2026-12-31T16:00:00Z');
    expect(await judged({ generated: first }, first)).toEqual(['invalid', 'certificate-expired-at-signing']);
  });

  it('never verifies with one bit changed: it is refused, or it is no code', async () => {
    const runs = process.env.SLOW === undefined ? 400 : 2656;
    for (let i = 0; i < runs; i++) {
      const bit = runs === 2656 ? i : Math.floor((i * 2656) / runs);
      const changed = octets.slice();
      changed[bit >> 3]! ^= 1 << (bit & 7);
      const code = transport.read(changed);
      if (code === undefined) continue;
      const { verdict } = await transport.verify(code, { at: AT });
      // Record head, service and index of the certificate are signed by the user alone; an index of nobody leaves it open.
      expect([bit, verdict === 'valid']).toEqual([bit, false]);
    }
  });

  it('never verifies with a field of another code', async () => {
    const other = await world.code({ account: '31040000000000009999', generated: after(-5) });
    const parts = [0, 3, 120, 136, 146, 150, 154, 155, 158, 191, 195, 197, 199, 263, 267, 268, 332];
    for (let i = 0; i + 1 < parts.length; i++) {
      const swapped = octets.slice();
      swapped.set(other.subarray(parts[i]!, parts[i + 1]!), parts[i]!);
      const code = transport.read(swapped);
      if (code === undefined || swapped.every((octet, at) => octet === octets[at])) continue;
      expect((await transport.verify(code, { at: AT })).verdict).toBe('invalid');
    }
  });

  it('reads anything without throwing', () => {
    const near = fc.tuple(fc.nat(331), fc.nat(255)).map(([at, octet]) => {
      const changed = octets.slice();
      changed[at] = octet;
      return changed;
    });
    const scanned = fc.oneof(near, fc.uint8Array({ maxLength: 700 }), fc.string({ maxLength: 1300 }));
    const readers = [transport, cards, social, cityCodes(['https://m.example.gov.cn/'])];
    fc.assert(
      fc.property(scanned, (one) => {
        for (const reader of readers) reader.read(one);
      }),
      { numRuns: process.env.SLOW === undefined ? 2000 : 50_000 },
    );
  });
});

describe('CodeLinks', () => {
  const key = new Uint8Array(32).fill(7);
  const linksOn = (confirm: (claim: LinkClaim) => Promise<boolean> = async () => true, store = memoryLinkStore()) =>
    new CodeLinks({ store, key, confirm });
  const failed = ({ findings }: { findings: readonly { outcome: string; code: string }[] }) =>
    findings.filter(({ outcome }) => outcome === 'fail').map(({ code }) => code);
  const card = cards.read(CARD)!;

  it('binds a card and a transport code to a holder', async () => {
    const links = linksOn();
    const code = transport.read(octets)!;
    expect((await links.bind('u-1', card, cards, { at: AT })).verdict).toBe('valid');
    expect((await links.bind('u-1', code, transport, { at: AT })).verdict).toBe('valid');
    expect([await links.holderOf(card), await links.holderOf(code)]).toEqual(['u-1', 'u-1']);
    // The next code of the same card is the same holder's.
    const next = transport.read(await world.code({ generated: new Date(AT.getTime() + 30_000) }))!;
    expect(await links.holderOf(next)).toBe('u-1');
  });

  it('asks the other system whose it is, and binds nothing that it does not confirm', async () => {
    const claims: LinkClaim[] = [];
    const links = linksOn(async (claim) => {
      claims.push(claim);
      return false;
    });
    const report = await links.bind('thief', card, cards, { at: AT });
    expect([report.verdict, failed(report)]).toEqual(['invalid', ['code-link-refused']]);
    expect(claims).toEqual([{ holder: 'thief', system: 'bank-card', account: CARD }]);
    expect(await links.holderOf(card)).toBeUndefined();
  });

  it('binds no code that does not verify, and asks nobody about it', async () => {
    let asked = 0;
    const links = linksOn(async () => ++asked > 0);
    const later = new Date(AT.getTime() + 3600_000);
    const code = transport.read(octets)!;
    expect((await links.bind('u-1', code, transport, { at: later })).verdict).toBe('invalid');
    const unknown = transportCodes({ roots: new Map() });
    expect((await links.bind('u-1', unknown.read(octets)!, unknown, { at: AT })).verdict).toBe('indeterminate');
    expect([asked, await links.holderOf(code)]).toEqual([0, undefined]);
  });

  it('binds a code to one holder, whoever asks at the same time', async () => {
    const links = linksOn();
    const reports = await Promise.all(['u-1', 'u-2', 'u-3'].map((one) => links.bind(one, card, cards, { at: AT })));
    expect(reports.map(failed)).toEqual([[], ['code-link-taken'], ['code-link-taken']]);
    expect((await links.bind('u-1', card, cards, { at: AT })).verdict).toBe('valid');
    expect(await links.unbind('u-2', card)).toBe(false);
    expect(await links.unbind('u-1', card)).toBe(true);
    expect((await links.bind('u-2', card, cards, { at: AT })).verdict).toBe('valid');
  });

  it('fuses a service into the city code: one account for each', async () => {
    const links = linksOn();
    const claim = { holder: 'u-1', system: 'metro', account: 'rider-9' };
    expect((await links.fuse(claim)).verdict).toBe('valid');
    expect((await links.fuse(claim)).verdict).toBe('valid');
    expect(failed(await links.fuse({ ...claim, account: 'rider-8' }))).toEqual(['code-link-taken']);
    expect(await links.accountOf('u-1', 'metro')).toBe('rider-9');
    expect([await links.accountOf('u-2', 'metro'), await links.accountOf('u-1', 'bus')]).toEqual([
      undefined,
      undefined,
    ]);
    expect(await links.part({ ...claim, account: 'rider-8' })).toBe(false);
    expect(await links.part(claim)).toBe(true);
    expect(await links.accountOf('u-1', 'metro')).toBeUndefined();
    expect(failed(await linksOn(async () => false).fuse(claim))).toEqual(['code-link-refused']);
  });

  it('keeps no number in its store', async () => {
    const kept = new Map<string, string>();
    const links = linksOn(async () => true, {
      put: async (name, text) => kept.set(name, text) === kept,
      get: async (name) => kept.get(name),
      remove: async (name) => kept.delete(name),
    });
    await links.bind('u-1', card, cards, { at: AT });
    await links.bind('u-1', social.read(CITIZEN)!, social, { at: AT });
    await links.fuse({ holder: 'u-1', system: 'metro', account: 'rider-9' });
    expect([...kept].map(([name, text]) => [name.replace(/[0-9a-f]{64}$/, '…'), text])).toEqual([
      ['bind:…', 'u-1'],
      ['bind:…', 'u-1'],
      ['fuse:…', 'rider-9'],
    ]);
    // Without the key numbers cannot be tried one by one; another key names other places.
    const other = new CodeLinks({ store: memoryLinkStore(), key: new Uint8Array(32), confirm: async () => true });
    await other.bind('u-2', card, cards, { at: AT });
    expect(kept.size).toBe(3);
  });

  it('refuses wrong use', async () => {
    const links = linksOn();
    const at = { at: AT };
    const long = 'x'.repeat(LINK_LIMITS.text + 1);
    expect(
      await codeOf(() => new CodeLinks({ store: memoryLinkStore(), key: key.slice(1), confirm: async () => true })),
    ).toBe('invalid-argument');
    expect(await codeOf(() => links.bind('u-1', card, social, at))).toBe('invalid-argument');
    for (const holder of ['', long])
      expect(await codeOf(() => links.bind(holder, card, cards, at))).toBe('invalid-argument');
    for (const account of ['', long, CARD, CITIZEN, '13812345678'])
      expect(await codeOf(() => links.fuse({ holder: 'u-1', system: 'metro', account }))).toBe('invalid-argument');
    expect((await links.fuse({ holder: 'u-1', system: 'metro', account: 'x'.repeat(LINK_LIMITS.text) })).verdict).toBe(
      'valid',
    );
  });
});

describe('CodeScreen', () => {
  const face = (name: string, show: CodeFace['show'] = async () => `code of ${name}`): CodeFace => ({ name, show });

  it('shows one code at a time, and switches', async () => {
    const screen = new CodeScreen([face('city-code'), face('metro')]);
    expect([screen.names, screen.current]).toEqual([['city-code', 'metro'], 'city-code']);
    expect(await screen.show({ at: AT })).toEqual({ name: 'city-code', text: 'code of city-code' });
    screen.switchTo('metro');
    expect(await screen.show({ at: AT })).toEqual({ name: 'metro', text: 'code of metro' });
  });

  it('draws no code that was still being made when the screen was switched', async () => {
    let finish = (_text: string): void => undefined;
    const made = new Promise<string>((resolve) => {
      finish = resolve;
    });
    const slow = face('slow', () => made);
    const screen = new CodeScreen([slow, face('metro')]);
    const late = screen.show({ at: AT });
    screen.switchTo('metro');
    finish('late');
    expect(await late).toBeUndefined();
    expect((await screen.show({ at: AT }))?.name).toBe('metro');
  });

  it('refuses names that it does not have, none, and the same twice', async () => {
    expect(await codeOf(() => new CodeScreen([face('a')]).switchTo('b'))).toBe('invalid-argument');
    expect(await codeOf(() => new CodeScreen([]))).toBe('invalid-argument');
    expect(await codeOf(() => new CodeScreen([face('a'), face('a')]))).toBe('invalid-argument');
  });
});

describe('CodeRouter', () => {
  const readers = [cityCodes(), transport, cards, social];
  const routes = [
    { scene: 7, system: 'city-code', service: 'library' },
    { scene: 7, system: 'bank-card', service: 'cashier' },
    { scene: 7, system: 'social-security-card', service: 'hospital' },
    { scene: 8, system: 'city-code', service: 'metro' },
    { scene: 8, system: 'transport', service: 'metro' },
    { scene: 9, system: 'social-security-card', service: 'hospital' },
  ];
  const router = new CodeRouter({ readers, routes });
  const online = cityCodeText(Uint8Array.of(0xc0, ...new Uint8Array(33)));

  it('hands each code to its service, by scene', () => {
    expect(router.route(online, 7)).toMatchObject({ service: 'library', code: { system: 'city-code' } });
    expect(router.route(online, 8).service).toBe('metro');
    expect(router.route(octets, 8)).toMatchObject({ service: 'metro', code: { system: 'transport' } });
    expect(router.route(CARD, 7).service).toBe('cashier');
    expect(router.route(CITIZEN, 7).service).toBe('hospital');
  });

  it('reads city codes of all profiles, with the answer to a challenge or without', () => {
    const page = new URL('../../../docs/formats/city-code-vectors.json', import.meta.url);
    const { codes, online: ofPage, base } = JSON.parse(readFileSync(page, 'utf8'));
    const own = cityCodes([base]);
    expect(own.read(ofPage.url)?.detail).toBe('online');
    for (const { code, base45, tag, profile } of codes) {
      const answered = Uint8Array.of(...hexToBytes(code), ...new Uint8Array(64));
      for (const scanned of [hexToBytes(code), base45, answered]) {
        expect(own.read(scanned)).toMatchObject({ account: tag, masked: profile });
      }
    }
  });

  it('finds none where the scene has no service for it, and says nothing of the code', async () => {
    for (const [scanned, scene] of [
      [CARD, 8],
      [online, 9],
      [octets, 7],
      [CARD, 10],
      ['', 7],
    ] as const) {
      expect(await codeOf(() => router.route(scanned, scene))).toBe('code-not-routed');
    }
    expect(() => router.route(CARD, 8)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('6222') }),
    );
  });

  it('does not guess where two systems know the code', async () => {
    expect([cards.read(BOTH) !== undefined, social.read(BOTH) !== undefined]).toEqual([true, true]);
    expect(await codeOf(() => router.route(BOTH, 7))).toBe('code-ambiguous');
    expect(() => router.route(BOTH, 7)).toThrow('bank-card or social-security-card');
    expect(router.route(BOTH, 9).service).toBe('hospital');
  });

  it('answers the same whatever the order of readers and routes', () => {
    const answers = (one: CodeRouter, scanned: Uint8Array | string) =>
      [7, 8, 9].map((scene) => {
        try {
          return one.route(scanned, scene).service;
        } catch (error) {
          return `${(error as { code: string }).code}: ${(error as Error).message}`;
        }
      });
    fc.assert(
      fc.property(
        fc.shuffledSubarray(readers, { minLength: 4 }),
        fc.shuffledSubarray(routes, { minLength: routes.length }),
        fc.constantFrom(CARD, CITIZEN, BOTH, online, octets, 'x'),
        (someReaders, someRoutes, scanned) => {
          const other = new CodeRouter({ readers: someReaders, routes: someRoutes });
          expect(answers(other, scanned)).toEqual(answers(router, scanned));
        },
      ),
    );
  });

  it('refuses tables that leave a choice, and what is too long', async () => {
    const made = (options: object) => codeOf(() => new CodeRouter({ readers, routes, ...options }));
    expect(await made({ readers: [cards, bankCards()] })).toBe('invalid-argument');
    expect(await made({ routes: [...routes, { scene: 7, system: 'bank-card', service: 'other' }] })).toBe(
      'invalid-argument',
    );
    expect(await made({ routes: [{ scene: 7, system: 'nobody', service: 'x' }] })).toBe('invalid-argument');
    expect(await made({ routes: [{ scene: 65_536, system: 'bank-card', service: 'x' }] })).toBe('invalid-argument');
    const many = (count: number) => Array.from({ length: count }, (_, i) => ({ name: `r${i}`, read: () => undefined }));
    expect(await made({ readers: many(ROUTER_LIMITS.readers + 1), routes: [] })).toBe('invalid-argument');
    expect(await made({ readers: many(ROUTER_LIMITS.readers), routes: [] })).toBe('nothing');
    expect(await codeOf(() => router.route('1'.repeat(ROUTER_LIMITS.scanned + 1), 7))).toBe('input-too-large');
    expect(await codeOf(() => router.route('1'.repeat(ROUTER_LIMITS.scanned), 7))).toBe('code-not-routed');
  });
});
