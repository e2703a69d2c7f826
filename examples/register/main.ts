/**
 * A register on an embedded database: a licence issued at a window, three hundred from a table, one renewed, one revoked; what a
 * counter then says of each, and the log that proves what was done. Leaves the results and the status list in out/register/.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { AuditLog, verifyEntryProof, writeProof } from '@gov/audit';
import { FOOD_BUSINESS as type } from '@gov/e-license';
import {
  batchDigest,
  batchResults,
  handlePreparer,
  licenseTable,
  recordBatch,
  resultCsv,
  runBatch,
} from '@gov/e-license/batch';
import { verifyLicenseQr } from '@gov/e-license/qr';
import { LicenseRegister, reconcile } from '@gov/e-license/register';
import { LicenseStatusLists } from '@gov/e-license/status-check';
import { StatusPublisher } from '@gov/e-license/status-publisher';
import { TrustStore } from '@gov/pki';
import { issueLeaf, issueRoot } from '@gov/pki/dev-ca';
import { generateSm2Key, sm2Signer, sm2Verifier } from '@gov/sm';
import { openStore } from '@gov/store';

// A fixed day, so that the example shows the same in every year; development certificates.
const at = new Date('2026-05-20T10:00:00+08:00');
const validity = { notBefore: new Date('2026-01-01T00:00:00+08:00'), notAfter: new Date('2036-01-01T00:00:00+08:00') };
const form = JSON.parse(await readFile('examples/license/food-business.json', 'utf8'));
delete form.version;
const rootSigner = sm2Signer(generateSm2Key());
const root = await issueRoot({ subject: 'CN=某省电子政务开发根,O=某省,C=CN', signer: rootSigner, ...validity });
const key = generateSm2Key();
const signer = sm2Signer(key);
const subject = `CN=证照签发,O=${form.authority.code}${form.authority.name},C=CN`;
const ca = { certificate: root, signer: rootSigner };
const certificate = await issueLeaf({ ca, use: 'license-issuer', subject, publicKey: signer.publicKey, ...validity });

await rm('out/register', { recursive: true, force: true });
await mkdir('out/register', { recursive: true });
const store = await openStore('pglite:out/register/database');
const [log, actor, clock] = ['licences', 'window-3', () => at];
const register = new LicenseRegister({ store, types: [type], issuer: { certificate, signer }, log, clock });

// One at the window. The same key again answers the same licence.
const first = await register.issue(form, { actor, key: 'case-117' });
const again = await register.issue(form, { actor, key: 'case-117' });
console.log(`serial ${first.entry.serial}, the same request again: ${again.entry.serial}`);

// Many from a table: checked, recorded, worked off; run again after a kill, it goes on.
const rows = Array.from({ length: 300 }, (_, i) => `JY2990102${String(i).padStart(7, '0')},某市样例${i + 1}号店`);
const table = new TextEncoder().encode(`许可证编号,经营者名称\n${rows.join('\n')}\n`);
const { number, holders, type: typeCode, ...shared } = form;
const common = { ...shared, holders: [{ code: holders[0].code, codeType: '001' }] };
const digest = await batchDigest(new Blob([table]).stream(), { type, common });
const { batch, issues } = await recordBatch(store, licenseTable(table, { type }), { type, common, digest, actor, at });
if (batch === undefined) throw new Error(`${issues[0]?.cell}: ${issues[0]?.message}`);
const done = await runBatch(store, batch.id, { preparer: handlePreparer({ certificate, signer }), log, clock });
console.log(
  `from the table: ${done.issued} issued, serials ${batch.firstSerial} to ${batch.firstSerial + batch.rows - 1}`,
);

// One renewed, another revoked; the status list says so to everybody.
const longer = { ...shared, type: typeCode, number, holders, validTo: '2036-05-19' };
const renewal = await register.reissue(first.entry.identifier, longer, { act: 'renewal', reason: '到期延续', actor });
const other = await store.entry({ batch: batch.id, row: 7 });
await register.revoke(other!.identifier, { as: 'revoked', reason: '违法经营', office: '某市市场监督管理局', actor });
const base = 'https://status.example.gov.cn/status/';
const issuerCode = form.authority.code;
const token = await new StatusPublisher({ store, issuer: { certificate, signer }, issuerCode, base, clock }).token(0);

// At the counter, offline: the root, the issuer's certificate, the status list of this morning.
const trust = new TrustStore({ anchors: [root], certificates: [certificate] });
const status = new LicenseStatusLists({ base, tokens: [token!] });
const texts = { first: first.entry.qrText!, renewed: renewal.entry.qrText!, revoked: other!.qrText! };
for (const [what, text] of Object.entries(texts)) {
  const { verdict, findings } = await verifyLicenseQr(text, { at, trust, status, require: ['status'] });
  console.log(`${what}: ${verdict}, ${findings.find(({ check }) => check === 'status')?.code}`);
}

// The auditor: one entry proved under a signed head; register, counters and log compared row by row.
const audit = new AuditLog(store.audit, log);
const proof = await audit.prove(other!.auditIndex, await audit.head(signer, { at }));
const proved = await verifyEntryProof(proof, { key: sm2Verifier(key.publicKey), at });
let discrepancies = 0;
for await (const { code } of reconcile(store, { log })) discrepancies += code === undefined ? 0 : 1;
console.log(`audit: ${await audit.size()} entries, proof ${proved.verdict}, ${discrepancies} discrepancies`);

let csv = '';
for await (const line of resultCsv(batchResults(store, batch.id))) csv += line;
for (const [name, content] of Object.entries({
  'results.csv': csv,
  'status-list.jwt': token!,
  'proof.json': writeProof(proof),
})) {
  await writeFile(`out/register/${name}`, content);
  console.log(`out/register/${name}`);
}
await store.close();
