/** docs/interop-pki.md: what was measured, and what a reader has to know of each tool. */
import { type Algorithm, KEYLESS, type Thing } from './exhibits.js';
import { type Cell, DIRECTIONS, type Direction, exceptionsOf, instead, type Peer, reason } from './matrix.js';

export interface Measured {
  readonly gov: Peer;
  readonly peers: readonly Peer[];
  readonly rows: readonly (readonly [Thing, Algorithm])[];
  readonly cells: readonly Cell[];
}

/** The only line that may differ from one run to the next. */
export const MEASURED = 'Measured on ';

const ADVICE: readonly (readonly [library: string, say: string, trap: string])[] = [
  [
    'openssl',
    '`-sigopt distid:1234567812345678` wherever it signs with SM2, `-vfyopt distid:1234567812345678` wherever it verifies; `-rsigopt` for OCSP',
    'Without them the SM2 ID is empty, and the signature fits nobody else. `verify -vfyopt` reaches the first certificate of a path only; `crl`, `verify -crl_check` and `ocsp` have no such option. `ocsp -cert` looks for a CertID of SHA-1 unless `-sha256` or `-sm3` stands before it. `cms -verify` wants `-purpose any` for a certificate that is not for mail, and `-binary`, or it changes line ends.',
  ],
  [
    'node-forge',
    '`certificateFromAsn1(asn1, true)`, `digestAlgorithm: sha256` and the attributes contentType, messageDigest, signingTime to `addSigner`',
    'SHA-1 and no attributes are its defaults. `verify` of CMS throws. A certificate with an OID beyond 53 bits cannot be read at all. It throws plain objects, not errors.',
  ],
  [
    'pkijs',
    '`checkChain: true`, `trustedCerts` and `extendedMode: true` to `SignedData.verify`, once for each index of `signerInfos`; `checkChain: true` to `TimeStampResp.verify` too, though its types do not list it',
    'Without `checkChain` a signature or a timestamp by any certificate at all is true. `verify` looks at one signer. Octets must be an `ArrayBuffer` of exactly these, not a view. `toSchema()` of an `OCSPRequest` wants `true`, or what it writes cannot be encoded. Encrypted keys have their ciphertext in a constructed OCTET STRING: BER.',
  ],
];

const ARROWS: Readonly<Record<Direction, string>> = { take: '→', make: '←' };

export function render({ gov, peers, rows, cells }: Measured, date: string): string {
  const notes: string[] = [];
  const note = (text: string): string => {
    if (!notes.includes(text)) notes.push(text);
    return `[${notes.indexOf(text) + 1}]`;
  };
  const cellOf = (peer: Peer, thing: Thing, algorithm: Algorithm, at: Direction): Cell | undefined =>
    cells.find(
      (one) => one.thing === thing && one.algorithm === algorithm && one.peer === peer.name && one.direction === at,
    );
  const half = (thing: Thing, algorithm: Algorithm, peer: Peer, at: Direction): string => {
    const why = reason([gov, peer], thing, algorithm, at);
    if (why !== undefined) return `— ${note(why)}`;
    const cell = cellOf(peer, thing, algorithm, at);
    if (cell === undefined) throw new Error(`${thing}, ${algorithm}, ${peer.name}: not measured`);
    const whys = exceptionsOf(peer, thing, algorithm, at).map((one) =>
      note(one.spoilt === undefined ? one.why : `${one.spoilt}: taken all the same; ${one.why}`),
    );
    const how = instead(peer, thing, algorithm, at);
    return [cell.refusal === undefined ? '✓' : '✗', ...(how === undefined ? [] : [note(how)]), ...whys].join(' ');
  };
  const both = (thing: Thing, algorithm: Algorithm, peer: Peer): string => {
    const [take, make] = [half(thing, algorithm, peer, 'take'), half(thing, algorithm, peer, 'make')];
    return take === make ? take : `${ARROWS.take} ${take}<br>${ARROWS.make} ${make}`;
  };
  const matrix = rows.map(([thing, algorithm], i) => [
    rows[i - 1]?.[0] === thing ? '' : thing,
    KEYLESS.includes(thing) ? '' : algorithm,
    ...peers.map((peer) => both(thing, algorithm, peer)),
  ]);

  const things = [...new Set(rows.map(([thing]) => thing))];
  const spoilt = things.flatMap((thing) => {
    const own = cells.filter((cell) => cell.thing === thing);
    const names = [...new Set(own.flatMap((cell) => [...cell.spoilt.keys()]))];
    return names.map((name, i) => {
      const said = own
        .filter((one) => one.direction === 'make' && one.spoilt.has(name))
        .map((one) => one.spoilt.get(name) ?? '**taken**');
      const takers = own.filter((one) => one.direction === 'take' && one.spoilt.has(name));
      const lax = [...new Set(takers.filter((one) => one.spoilt.get(name) === undefined).map(({ peer }) => peer))];
      const strict = [...new Set(takers.map(({ peer }) => peer))].filter((peer) => !lax.includes(peer));
      return [
        i === 0 ? thing : '',
        name,
        [...new Set(said)].sort().map(code).join('<br>'),
        strict.join(', '),
        lax.join(', '),
      ];
    });
  });
  const count = (direction: Direction) => cells.filter((cell) => cell.direction === direction);
  const variants = (direction: Direction) => count(direction).reduce((sum, cell) => sum + cell.spoilt.size, 0);
  const [taken, made] = DIRECTIONS.map((direction) => count(direction).length);

  return `${[
    '# Interoperability of certificates, CMS, timestamps and key files',
    '',
    '`npm run interop` runs all of this and writes this file; the tests in `test/outside/interop/pki` hold it to what they measure.',
    'Hashes, signatures, ciphers and bare keys are in [interop.md](interop.md).',
    '',
    `${MEASURED}${date} with ${peers.map(({ name, version }) => `${name} ${version}`).join(', ')}.`,
    '',
    '中文摘要：本文件由 `npm run interop` 实测生成。第一张表按对象（证书、证书链、证书请求、吊销列表、OCSP、签名数据、数字信封、时间戳、',
    'PKCS#12、加密私钥）与密钥算法逐项给出 `@gov/pki` 与 OpenSSL 3、node-forge、pkijs 双向互通的结果（→ 我方生成、对方接受；← 对方生成、',
    '我方接受），不能互通或只能部分核对之处注明原因；每个样本另以若干处改动后的变体再验一次，必须被拒绝，第二张表给出我方对各变体的结论代码。',
    '',
    '## Both ways',
    '',
    `Each ✓ is one thing, made with keys and certificates of its maker and taken by the other; and the same thing spoilt in a few ways, each refused: ${taken} things of ours and ${variants('take')} spoilt ones, ${made} of theirs and ${variants('make')}.`,
    "→ is ours, taken by the tool; ← the tool's, taken by us; a mark without an arrow is both. ✗: refused. —: the tool has no such thing.",
    'A note beside ✓ says what stands in where the tool has no command for the whole.',
    '',
    ...lines([['', 'key', ...peers.map(({ name }) => name)], ...matrix]),
    '',
    ...notes.map((text, i) => `${i + 1}. ${text}`),
    '',
    '## What is refused, and what we say',
    '',
    'What `@gov/pki` answers to each spoilt thing of any of the tools: findings by their codes, `throws` where it could not be read or opened.',
    'Codes differ where makers do: a root with a key identifier is not found, one without is tried and did not sign.',
    '',
    ...lines([['', 'spoilt', '`@gov/pki` says', 'refused too by', 'taken by'], ...spoilt]),
    '',
    '## What to tell each tool',
    '',
    ...lines([['tool', 'say', 'beware'], ...ADVICE.map((row) => [...row])]),
  ].join('\n')}\n`;
}

const code = (said: string): string => {
  const [, thrown] = /^throws (\S+)$/.exec(said) ?? [];
  if (thrown !== undefined) return `throws \`${thrown}\``;
  return /^[a-z][a-z0-9-]+(, [a-z][a-z0-9-]+)*$/.test(said)
    ? said
        .split(', ')
        .map((one) => `\`${one}\``)
        .join(', ')
    : said;
};

/** A Markdown table; the first row is its head. */
function lines([head = [], ...rows]: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}
