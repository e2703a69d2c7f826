import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ContentInfo, SignedData } from 'pkijs';
import { afterAll, describe, expect, it } from 'vitest';
import { tool } from '../../tools.js';
import { MEASURED, render } from './document.js';
import { type Algorithm, type SignedDataExhibit, THINGS, type Thing } from './exhibits.js';
import { forgePeer } from './forge.js';
import { govPeer } from './gov.js';
import {
  type Act,
  type Cell,
  DIRECTIONS,
  type Direction,
  exceptionsOf,
  measure,
  type Peer,
  reason,
  tasks,
} from './matrix.js';
import { opensslPeer } from './openssl.js';
import { opensslShell } from './openssl-shell.js';
import { pkijsPeer } from './pkijs.js';
import { buffer, certificateOf, PkijsPki } from './pkijs-certificates.js';
import { signedData } from './pkijs-cms.js';

const versionOf = (name: string): string =>
  JSON.parse(readFileSync(join(import.meta.dirname, `../../node_modules/${name}/package.json`), 'utf8')).version;

const program = tool('openssl', 'version');
const openssl = program && opensslShell(program);
afterAll(() => openssl?.[Symbol.dispose]());

// node-forge has its keys made by openssl.
const PEERS: readonly Peer[] =
  openssl === undefined
    ? []
    : [opensslPeer(openssl), forgePeer(openssl, versionOf('node-forge')), pkijsPeer(versionOf('pkijs'))];
const gov = govPeer();
const rows = tasks(THINGS);
const cells: Cell[] = [];

type Task = [name: string, Thing, Algorithm, Direction, Peer];
const all: Task[] = PEERS.flatMap((peer) =>
  rows.flatMap(([thing, algorithm]) =>
    DIRECTIONS.filter((direction) => reason([gov, peer], thing, algorithm, direction) === undefined).map(
      (direction): Task => [
        `${thing}, ${algorithm}: ${direction === 'take' ? `ours to ${peer.name}` : `${peer.name}'s to us`}`,
        ...([thing, algorithm, direction, peer] as const),
      ],
    ),
  ),
);

describe.skipIf(openssl === undefined)('certificates, CMS, timestamps, key files', () => {
  it.each(all)('%s', async (_, thing, algorithm, direction, peer) => {
    const cell = await measure(thing, algorithm, [gov, peer], direction);
    cells.push(cell);
    const known = exceptionsOf(peer, thing, algorithm, direction);
    if (known.some(({ spoilt }) => spoilt === undefined)) return expect(cell.refusal).toBeDefined();
    expect(cell.refusal).toBeUndefined();
    const taken = [...cell.spoilt].filter(([, refusal]) => refusal === undefined).map(([name]) => name);
    expect(taken).toEqual(known.map(({ spoilt }) => spoilt));
    // What makes the acceptance mean something.
    expect(cell.spoilt.size).toBeGreaterThan(0);
  });

  it('pkijs believes any certificate without checkChain, as the page warns', async () => {
    const pki = new PkijsPki('ECDSA P-256');
    const { run } = signedData(pki, { attached: true, signers: 1 }).make as Act<() => Promise<SignedDataExhibit>>;
    const { cms, stranger } = await run();
    const data = new SignedData({ schema: ContentInfo.fromBER(buffer(cms)).content });
    const trusting = { signer: 0, trustedCerts: [certificateOf(stranger)] };
    expect(await data.verify(trusting)).toBe(true);
    await expect(data.verify({ ...trusting, checkChain: true })).rejects.toThrow('No valid certificate paths found');
  });

  it('every exception is about something that was measured', () => {
    for (const peer of PEERS)
      for (const { thing, algorithm, at, spoilt } of peer.exceptions) {
        const own = cells.filter((one) => one.peer === peer.name && one.thing === thing && one.direction === at);
        const about = own.filter((one) => algorithm === undefined || one.algorithm === algorithm);
        expect(about.length, thing).toBeGreaterThan(0);
        if (spoilt !== undefined)
          expect(
            about.every((one) => one.spoilt.has(spoilt)),
            thing,
          ).toBe(true);
      }
  });

  it('docs/interop-pki.md says what was measured', () => {
    const file = join(import.meta.dirname, '../../../../docs/interop-pki.md');
    const now = render({ gov, peers: PEERS, rows, cells }, new Date().toISOString().slice(0, 10));
    if (process.env.INTEROP === 'write') writeFileSync(file, now);
    const withoutDate = (text: string) => text.replaceAll(new RegExp(`^${MEASURED}.*$`, 'gm'), '');
    expect(withoutDate(readFileSync(file, 'utf8')), 'npm run interop writes it anew').toBe(withoutDate(now));
  });
});
