/**
 * A year of a city's data catalogue: what three departments filled in, with the mistakes that departments make; each named with its
 * cell and put as a comment into their own file; the rules, the score, a page for officials; then the edition of the year, frozen
 * and signed, compared with what was filed before, and given on as DCAT. Leaves everything in out/catalog/.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { type CatalogEntry, type CatalogIssue, type CatalogRecord, NATIONAL_PROFILE as profile } from '@gov/catalog';
import { writeTurtle } from '@gov/catalog/dcat';
import { describeChange, diffCatalogs } from '@gov/catalog/diff';
import { dutyGraph } from '@gov/catalog/duty-graph';
import { freezeEdition, readEdition, signEdition, verifyEdition } from '@gov/catalog/edition';
import { templateXlsx, writeDiffXlsx, writeListsXlsx } from '@gov/catalog/export';
import { readCatalog } from '@gov/catalog/import';
import { markUp } from '@gov/catalog/markup';
import { catalogReport, ReportIssues } from '@gov/catalog/report';
import { CatalogCheck } from '@gov/catalog/rules';
import { scoreCatalog } from '@gov/catalog/score';
import { TrustStore } from '@gov/pki';
import { issueLeaf, issueRoot } from '@gov/pki/dev-ca';
import { generateSm2Key, sm2Signer } from '@gov/sm';

// A fixed day, so that the example shows the same in every year; development certificates.
const at = new Date('2026-06-01T12:00:00+08:00');
const validity = { notBefore: new Date('2026-01-01T00:00:00+08:00'), notAfter: new Date('2036-01-01T00:00:00+08:00') };
const keep = async (name: string, content: Uint8Array | AsyncIterable<Uint8Array> | string) => {
  await writeFile(`out/catalog/${name}`, content);
  console.log(`out/catalog/${name}`);
};
await rm('out/catalog', { recursive: true, force: true });
await mkdir('out/catalog', { recursive: true });

// What departments get to fill. What they filled, read and checked in one pass, each mistake with its cell and what would mend it.
await keep('填报模板.xlsx', await templateXlsx(profile));
const files = ['部门.csv', '职能.csv', '业务.csv', '信息资源目录.csv'];
const read = (file: string) => readFile(`examples/catalog/filled/${file}`);
const check = new CatalogCheck({ profile, at });
const [entries, issues]: [CatalogEntry[], CatalogIssue[]] = [[], []];
for (const file of files)
  for await (const result of readCatalog(await read(file), { profile, file })) {
    issues.push(...result.issues);
    if (result.entry === undefined) continue;
    entries.push(result.entry);
    issues.push(...check.add(result.entry));
  }
issues.push(...check.finish());
for (const { place, severity, code, messageZh, suggestion } of issues) {
  const where = `${place?.file} ${place?.cell ?? place?.line}`;
  console.log(`${where} ${severity} ${code} ${messageZh}${suggestion === undefined ? '' : `：${suggestion.textZh}`}`);
}
for (const file of files) {
  const wrong = issues.filter(({ place }) => place?.file === file);
  if (wrong.length > 0) await keep(file.replace('.csv', '-批注.xlsx'), await markUp(await read(file), wrong));
}

// How good each department's catalogue is, and the page for those who answer for it.
const summary = check.summary();
const score = scoreCatalog(summary, profile);
for (const { name, score: points } of score.departments) console.log(`${name} ${points}`);
const found = new ReportIssues();
for (const issue of issues) found.add(issue);
const title = '某市政务数据目录状况报告';
const graph = await dutyGraph(entries);
await keep(
  '目录状况.html',
  catalogReport({ title, at, profile, edition: '2026', summary, score, issues: found, graph }),
);

// The edition of the year: frozen, signed with SM2, verified by who gets it, compared with the one before.
const records = entries.map(({ record }) => record);
const before = records
  .filter(({ code }) => code !== '307003/0001')
  .map((record) => (record.kind === 'resource' ? { ...record, updateCycle: '每月' as const } : record));
const freeze = (of: readonly CatalogRecord[], edition: string, frozenAt: Date) =>
  freezeEdition(of, { edition, name: '某市政务数据目录', region: '990100', level: '市级', profile, frozenAt });
const lastYear = await freeze(before, '2025', new Date('2025-06-01T12:00:00+08:00'));
const thisYear = await freeze(records, '2026', at);
const rootSigner = sm2Signer(generateSm2Key());
const root = await issueRoot({ subject: 'CN=某省电子政务开发根,O=某省,C=CN', signer: rootSigner, ...validity });
const signer = sm2Signer(generateSm2Key());
const ca = { certificate: root, signer: rootSigner };
const subject = 'CN=数据目录发布,O=某市数据局,C=CN';
const certificate = await issueLeaf({ ca, use: 'signer', subject, publicKey: signer.publicKey, ...validity });
const signature = await signEdition(thisYear, { signers: [{ signer, certificate }] });
const trust = new TrustStore({ anchors: [root] });
const { report } = await verifyEdition(thisYear.pieces(), signature, { at, trust, profile });
console.log(`edition 2026: ${report.verdict}`);
await keep('2026.jsonl', thisYear.pieces());
await keep('2026.p7s', signature);
const changes = () => diffCatalogs(readEdition(lastYear.pieces(), profile), readEdition(thisYear.pieces(), profile));
for await (const change of changes()) console.log(describeChange(change).zh);
await keep('版本比对.xlsx', writeDiffXlsx(changes()));

// The three lists, and the catalogue as other platforms of open data read it.
await keep('三张清单.xlsx', writeListsXlsx(records));
const publisher = { code: '11990100MB0029022G', name: '某市民政局' };
const base = 'https://data.example.gov.cn/catalog/';
await keep(
  '目录.ttl',
  writeTurtle(records, { base, title: '某市政务数据目录', description: '某市政务信息资源', publisher }),
);
