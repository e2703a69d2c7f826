/**
 * Two gates as two processes that cannot talk: which relays (转发) within the time to live of a code are caught, and which cannot
 * be. docs/city-code-attacks.md says the same in words.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Delegator, delegationRequest, memoryDelegationRegister } from '@gov/city-code/delegate';
import { CodeHolder, memoryCounters, sm2DeviceKey } from '@gov/city-code/show';
import { verifyVerdictLog } from '@gov/city-code/verdict-log';
import { certificateKid } from '@gov/pki';
import { issueLeaf, issueRoot } from '@gov/pki/dev-ca';
import { bytesToHex, generateSm2Key, sm2Signer, sm2Verifier } from '@gov/sm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packed } from '../packed.js';

const AT = new Date('2026-11-22T08:00:00Z');
const later = (seconds: number): Date => new Date(AT.getTime() + seconds * 1000);
const SCENE = 3;
const HIGH_RISK = 4;
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

class GateProcess {
  readonly name: string;
  readonly key = generateSm2Key();
  readonly #child: ChildProcess;
  readonly #answers: AsyncIterator<string>;

  constructor(name: string, folder: string, setup: object) {
    this.name = name;
    const key = base64(this.key.toPkcs8());
    this.#child = spawn(process.execPath, ['gate.mjs', JSON.stringify({ ...setup, name, key })], {
      cwd: folder,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#answers = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]();
  }

  async ask<T = string>(question: object): Promise<T> {
    this.#child.stdin!.write(`${JSON.stringify(question)}\n`);
    const { value, done } = await this.#answers.next();
    if (done === true) throw new Error(`${this.name} has ended`);
    return JSON.parse(value) as T;
  }

  check(shown: Uint8Array, at: Date, challenge?: string): Promise<string> {
    return this.ask({ ask: 'check', shown: base64(shown), at, challenge });
  }

  end(): void {
    this.#child.kill();
  }
}

describe('two gates that cannot talk', () => {
  let folder: string;
  let one: GateProcess;
  let two: GateProcess;
  let holder: CodeHolder;
  const show = (at: Date, scene = SCENE) => holder.show({ at, scene });

  beforeAll(async () => {
    mkdirSync(packed, { recursive: true });
    folder = mkdtempSync(join(packed, 'city-code-'));
    copyFileSync(join(import.meta.dirname, 'gate.mjs'), join(folder, 'gate.mjs'));
    const [rootKey, issuerKey, device] = [generateSm2Key(), generateSm2Key(), sm2DeviceKey(generateSm2Key())];
    const time = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2035-12-31T00:00:00Z') };
    const signer = sm2Signer(rootKey);
    const certificate = await issueLeaf({
      ca: { certificate: await issueRoot({ subject: 'CN=root,C=CN', signer, ...time }), signer },
      use: 'city-code-issuer',
      subject: 'CN=city codes,C=CN',
      publicKey: issuerKey.publicKey.toSpki(),
      ...time,
    });
    const issuer = {
      kid: bytesToHex(certificateKid(certificate)),
      index: 7,
      use: 'city-code-issuer',
      service: 'city-code',
      region: '440100',
      certificate: base64(certificate.bytes),
      from: time.notBefore,
      status: 'active',
    };
    const policy = { scenes: [SCENE, HIGH_RISK], challengeFor: [HIGH_RISK] };
    const keys = { '2026-11-22': bytesToHex(crypto.getRandomValues(new Uint8Array(32))) };
    [one, two] = ['gate-1', 'gate-2'].map((name) => new GateProcess(name, folder, { issuer, policy, keys })) as [
      GateProcess,
      GateProcess,
    ];
    const delegator = new Delegator({
      signer: sm2Signer(issuerKey),
      issuerIndex: 7,
      register: memoryDelegationRegister(),
    });
    const challenge = new Uint8Array(32).fill(1);
    const delegation = await delegator.issue(await delegationRequest(challenge, device), {
      challenge,
      at: AT,
      lifetimeSeconds: 8 * 3600,
      subject: 'person',
      assurance: 2,
      region: '440106',
      entitlements: 1,
      holder: 'account 4711',
    });
    holder = new CodeHolder({
      delegations: async () => [delegation],
      counters: memoryCounters(),
      keyOf: async () => device,
    });
  });

  afterAll(() => {
    one?.end();
    two?.end();
    rmSync(folder, { recursive: true, force: true });
  });

  it('have no network', async () => {
    expect(await one.ask({ ask: 'network' })).toContain('no network');
  });

  it('catch a screenshot after its time, at either gate', async () => {
    const { presented } = await show(AT);
    for (const gate of [one, two]) expect(await gate.check(presented, later(91))).toBe('invalid city-code-too-old');
  });

  it('catch a code that is shown twice at one gate', async () => {
    const { presented } = await show(AT);
    expect(await one.check(presented, later(5))).toBe('valid');
    expect(await one.check(presented, later(10))).toBe('invalid city-code-replayed');
    expect(await one.check(presented, later(90))).toBe('invalid city-code-replayed');
  });

  it('cannot catch a code that was used at the other within its time: known limit', async () => {
    const { presented } = await show(AT);
    expect(await one.check(presented, later(5))).toBe('valid');
    expect(await two.check(presented, later(90))).toBe('valid');
  });

  it('cannot catch a code that was relayed before anybody used it: known limit', async () => {
    const { presented } = await show(AT);
    expect(await two.check(presented, later(20))).toBe('valid');
    // Who has the device is the one who is refused, and notices.
    expect(await two.check(presented, later(25))).toBe('invalid city-code-replayed');
  });

  it('catch it as soon as they have exchanged what they let pass, and count what went through before', async () => {
    const [before, after] = [await show(AT), await show(AT)];
    expect(await one.check(before.presented, later(5))).toBe('valid');
    expect(await two.check(before.presented, later(6))).toBe('valid');
    expect(await one.check(after.presented, later(7))).toBe('valid');
    const snapshot = await one.ask({ ask: 'snapshot' });
    // Both relays of the tests before are still within what is remembered.
    expect(await two.ask<number>({ ask: 'merge', snapshot, at: later(8) })).toBe(2);
    expect(await two.check(after.presented, later(10))).toBe('invalid city-code-replayed');
  });

  it('show afterwards in their logs what was relayed, where they share the key of the day', async () => {
    const uses = [];
    for (const gate of [one, two]) {
      const lines = await gate.ask<string[]>({ ask: 'log', at: later(120) });
      const verifier = sm2Verifier(gate.key.publicKey);
      expect((await verifyVerdictLog(lines, { gate: gate.name, verifier })).verdict).toBe('valid');
      const entries = lines.map((line) => JSON.parse(line) as { verdict?: string; who?: string; counter?: number });
      uses.push(entries.filter(({ verdict }) => verdict === 'valid').map(({ who, counter }) => `${who} ${counter}`));
    }
    const [first = [], second = []] = uses;
    expect(first.filter((use) => second.includes(use))).toHaveLength(2);
  });

  it('catch every relay of a code that was made before the gate showed its challenge', async () => {
    const { presented } = await show(AT, HIGH_RISK);
    expect(await one.check(presented, AT)).toBe('invalid challenge-missing');
    const challenge = await one.ask({ ask: 'challenge' });
    expect(await one.check(presented, AT, challenge)).toBe('invalid challenge-missing');
    const answered = await holder.show({ at: AT, scene: HIGH_RISK, challenge: Buffer.from(challenge, 'base64') });
    const other = await two.ask({ ask: 'challenge' });
    expect(await two.check(answered.presented, AT, other)).toBe('invalid challenge-failed');
    expect(await one.check(answered.presented, AT, challenge)).toBe('valid');
  });

  it('cannot catch a relay that is live: the challenge carried to the device and its answer back: known limit', async () => {
    const challenge = await two.ask({ ask: 'challenge' });
    const elsewhere = await holder.show({ at: AT, scene: HIGH_RISK, challenge: Buffer.from(challenge, 'base64') });
    expect(await two.check(elsewhere.presented, AT, challenge)).toBe('valid');
  });
});
