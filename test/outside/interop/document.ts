/** docs/interop.md: what was measured, and what a reader has to know of each library. */
import type { Answers, Question } from './hostile.js';
import type { Cell, Direction } from './matrix.js';
import { reason } from './matrix.js';
import type { Exception, Peer, Row } from './peer.js';

export interface Measured {
  readonly peers: readonly Peer[];
  readonly rows: readonly Row[];
  readonly cells: readonly Cell[];
  readonly answers: readonly { readonly question: Question; readonly answers: Answers }[];
}

/** The only line that may differ from one run to the next. */
export const MEASURED = 'Measured on ';

const ADVICE: readonly (readonly [library: string, say: string, trap: string])[] = [
  [
    'openssl',
    '`-rawin -digest sm3 -pkeyopt distid:1234567812345678` with `pkeyutl`; `hexdistid:` for an ID that is no text',
    'Without `distid` the ID is empty. Without `-rawin` the input is e itself. Signatures and ciphertexts are DER. `enc -K` fills a short key up with zeros.',
  ],
  [
    'sm-crypto',
    '`{ hash: true, der, userId, publicKey }` to sign, the same without `publicKey` to verify; `{ output: "array" }` to decrypt',
    '`hash` was off by default through 0.3, `der` is off. Text is UTF-8, never hexadecimal: pass octets. Ciphertexts lack the 04: `c1c3c2-bare`. `doDecrypt` answers an empty value instead of an error.',
  ],
  [
    'sm-crypto-v2',
    'the same; `hash: true` is never the default; `{ asn1: true }` for ciphertexts in ASN.1; `{ mode: "gcm", tag }` to decrypt',
    'Octets must be a `Uint8Array`; arrays cannot be verified. Its DER reader looks at no tag: decode with `derToRaw` and pass r ‖ s. Without `tag`, GCM decrypts whatever comes. A nonce of 12 bytes only.',
  ],
  [
    'gm-crypto',
    '`Buffer`s in, no `outputEncoding`; `{ pc: true }` for ciphertexts with the 04',
    'Points are not checked: give it only keys that `readSm2PublicKey` has taken, and let it decrypt nothing from outside.',
  ],
];

const ARROWS: Readonly<Record<Direction, string>> = { take: '→', make: '←' };

export function render({ peers, rows, cells, answers }: Measured, date: string): string {
  const notes: string[] = [];
  const note = (text: string): string => {
    if (!notes.includes(text)) notes.push(text);
    return `[${notes.indexOf(text) + 1}]`;
  };
  const half = (row: Row, peer: Peer, direction: Direction): string => {
    const why = reason(peer, row, direction);
    if (why !== undefined) return `— ${note(why)}`;
    const cell = cells.find((one) => one.row === row && one.peer === peer.name && one.direction === direction);
    if (cell === undefined) throw new Error(`${row}, ${peer.name}: not measured`);
    const { passed, failed } = cell;
    if (failed.size === 0) return `✓ ${passed.length}`;
    const whys = exceptionsOf(peer, row, direction).map(({ cases, why }) => note(`${cases.join(', ')}: ${why}`));
    return `✓ ${passed.length} of ${passed.length + failed.size} ${whys.join(' ')}`;
  };
  const both = (row: Row, peer: Peer): string => {
    const [take, make] = [half(row, peer, 'take'), half(row, peer, 'make')];
    return take === make ? take : `${ARROWS.take} ${take}<br>${ARROWS.make} ${make}`;
  };
  const matrix = rows.map((row) => [row, ...peers.map((peer) => both(row, peer))]);

  const asked = peers.map(({ name }) => name).filter((name) => answers.some((one) => one.answers[name] !== undefined));
  const differing = answers.filter(({ question, answers }) =>
    asked.some((name) => answers[name] !== undefined && answers[name] !== question.expected),
  );
  const said = (all: typeof answers) =>
    all.map(({ question, answers }) => [
      question.name,
      question.clause,
      ...asked.map((name) => {
        const one = answers[name];
        if (one === undefined) return '';
        return one === question.expected ? one : `**${one}**`;
      }),
    ]);
  const laxer = differing.filter(({ question }) => question.expected === 'refuses');
  const stricter = differing.filter(({ question }) => question.expected === 'accepts');
  const total = cells.reduce((sum, { passed, failed }) => sum + passed.length + failed.size, 0);

  return `${[
    '# Interoperability',
    '',
    '`npm run interop` runs all of this and writes this file; the tests in `test/outside/interop` hold it to what they measure.',
    'Certificates, CMS, timestamps and files of keys are in [interop-pki.md](interop-pki.md).',
    '',
    `${MEASURED}${date} with ${peers.map(({ name, version }) => `${name === 'Node 26' ? 'Node' : name} ${version}`).join(', ')}.`,
    '',
    '中文摘要：本文件由 `npm run interop` 实测生成。下表逐项给出 `@gov/sm` 与 OpenSSL、Node 26、sm-crypto、sm-crypto-v2、gm-crypto',
    '双向互通的用例数（→ 我方生成、对方接受；← 对方生成、我方接受），不能互通处注明原因；其后列出各库必须显式给出的参数与易错之处，',
    '以及其他库接受而本库按标准拒绝的输入（如曲线外的点、越界的私钥、非 DER 的签名、省略标签的 GCM 密文）。',
    '',
    '## Both ways',
    '',
    `✓ and a number: so many cases, each made by \`@gov/sm\` and taken by the other, and made by the other and taken by \`@gov/sm\`; ${total.toLocaleString('en-US')} in all.`,
    '→ is the first alone, ← the second alone. Cases are the edges (no octets, one block more or less, 1 MiB, the least and the greatest key,',
    'zeros that lead d, x, y, r or s, counters that wrap) and random ones.',
    '',
    ...lines([['', ...peers.map(({ name }) => name)], ...matrix]),
    '',
    ...notes.map((text, i) => `${i + 1}. ${text}`),
    '',
    '## What to tell each library',
    '',
    ...lines([['library', 'say', 'beware'], ...ADVICE.map((row) => [...row])]),
    '',
    'Name the form on our side too: `form` of a ciphertext, raw or DER of a signature, `id`. `@gov/sm` never guesses by trying.',
    '',
    '## Where others accept what we refuse',
    '',
    'Signatures are over a chosen e, so that every r and s can be put into one that satisfies the equation; ciphertexts are made so that they decrypt for who does not look.',
    '`@gov/sm` refuses all of these in each of its backends, by the clause named.',
    '',
    ...lines([['input', 'clause', ...asked], ...said(laxer)]),
    '',
    ...(stricter.length === 0
      ? []
      : [
          'And where others refuse what we accept:',
          '',
          ...lines([['input', 'clause', ...asked], ...said(stricter)]),
          '',
        ]),
    `All say the same of ${answers.length - differing.length} more: ${answers
      .filter((one) => !differing.includes(one))
      .map(({ question }) => `${question.name} (${question.expected === 'accepts' ? 'accepted' : 'refused'})`)
      .join('; ')}.`,
  ].join('\n')}\n`;
}

export const exceptionsOf = (peer: Peer, row: Row, at: Direction): readonly Exception[] =>
  peer.exceptions.filter((one) => one.row === row && one.at === at);

/** A Markdown table; the first row is its head. */
function lines([head = [], ...rows]: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}
