/**
 * Writes packages/pdf/test/encrypted-files.ts anew (npx tsx scripts/encrypted-pdfs.ts): one small document, as qpdf encrypts
 * it in every way it knows. Keys and salts are new each time, the cases the same.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const stream = (content: string, keys = ''): string =>
  `<<${keys}/Length ${content.length}>>\nstream\n${content}\nendstream`;

const objects = [
  '<</Type/Catalog/Pages 2 0 R/Metadata 6 0 R/Lang(zh-CN)/Names<</EmbeddedFiles<</Names[(note.txt) 7 0 R]>>>>>>',
  '<</Type/Pages/Count 1/Kids[4 0 R]/MediaBox[0 0 300 200]>>',
  '<</Producer(test \\(one\\))/Title<FEFF75358bc1>/Num[1.500 (a) () null]>>',
  '<</Type/Page/Parent 2 0 R/Contents 5 0 R/Resources<<>>>>',
  stream('1 0 0 rg 99 50 100 100 re f'),
  stream('<x:xmpmeta xmlns:x="adobe:ns:meta/"/>', '/Type/Metadata/Subtype/XML'),
  '<</Type/Filespec/F(note.txt)/EF<</F 8 0 R>>>>',
  stream('attached text', '/Type/EmbeddedFile'),
];
let plain = '%PDF-1.7\n';
const rows = objects.map((body, i) => {
  const offset = plain.length;
  plain += `${i + 1} 0 obj\n${body}\nendobj\n`;
  return `${String(offset).padStart(10, '0')} 00000 n \n`;
});
const id = '<31c7a8a269e4c59bd3ba7a8d5d5d9b6f>';
plain += `xref\n0 9\n0000000000 65535 f \n${rows.join('')}trailer\n<</Size 9/Root 1 0 R/Info 3 0 R/ID[${id}${id}]>>\nstartxref\n${plain.length}\n%%EOF\n`;

/** Name of the case, user password, owner password, qpdf's options. */
const CASES: readonly (readonly [string, string, string, string])[] = [
  ['rc4-40', 'user', 'owner', '40'],
  ['rc4-40-forbidden', 'user', 'owner', '40 --annotate=n'],
  ['rc4-128', 'user', 'owner', '128 --use-aes=n'],
  ['rc4-128-open', '', 'owner', '128 --use-aes=n --modify=form'],
  ['rc4-128-v4', 'user', 'owner', '128 --use-aes=n --force-V4'],
  ['aes-128', 'user', 'owner', '128 --use-aes=y'],
  ['aes-128-cleartext', 'user', 'owner', '128 --use-aes=y --cleartext-metadata'],
  ['aes-128-packed', '', 'owner', '128 --use-aes=y'],
  ['aes-256-r5', 'user', 'owner', '256 --force-R5'],
  ['aes-256', 'user', 'owner', '256'],
  ['aes-256-cleartext', 'user', 'owner', '256 --cleartext-metadata'],
  ['aes-256-packed', 'user', 'owner', '256'],
  ['aes-256-form', 'user', 'owner', '256 --modify=form'],
  ['aes-256-annotate', 'user', 'owner', '256 --modify=annotate'],
  ['aes-256-forbidden', '', 'owner', '256 --modify=none'],
  ['aes-256-chinese', '口令é', 'owner', '256'],
];

const folder = mkdtempSync(join(tmpdir(), 'encrypted-pdfs-'));
const [input, output] = [join(folder, 'in.pdf'), join(folder, 'out.pdf')];
writeFileSync(input, plain, 'latin1');
const base64 = (bytes: Uint8Array): string =>
  (
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,118}/g) ?? []
  ).join('\n');
let text = `/** Written by scripts/encrypted-pdfs.ts: one document as qpdf encrypts it, base64. */
const bytes = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'));

export const PLAIN = bytes(\`\n${base64(Buffer.from(plain, 'latin1'))}\`);

/** By name; \`user\` and \`owner\` are the passwords, the empty one where anyone may read. */
export const ENCRYPTED: Readonly<Record<string, { user: string; owner: string; file: Uint8Array }>> = {
`;
for (const [name, user, owner, options] of CASES) {
  const packed = name.endsWith('-packed') ? 'generate' : 'disable';
  const fixed = ['--static-id', '--static-aes-iv', '--stream-data=preserve', '--allow-weak-crypto'];
  const encrypt = ['--encrypt', user, owner, ...options.split(' '), '--'];
  execFileSync('qpdf', [...fixed, `--object-streams=${packed}`, ...encrypt, input, output]);
  text += `  '${name}': { user: '${user}', owner: '${owner}', file: bytes(\`\n${base64(readFileSync(output))}\`) },\n`;
}
writeFileSync('packages/pdf/test/encrypted-files.ts', `${text}};\n`);
rmSync(folder, { recursive: true });
