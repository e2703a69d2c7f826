/** A log in memory with keys and heads, made anew for each test that spoils it. */
import { AuditLog, auditEntry, readHead } from '@gov/audit';
import { memoryAuditStorage } from '@gov/audit/memory';
import { generateSm2Key, sm2Signer, sm2Verifier } from '@gov/sm';

export const AT = new Date('2026-05-20T01:00:00Z');
export const ORIGIN = 'audit.example.gov.cn/license';

const keyPair = () => {
  const key = generateSm2Key();
  return { signer: sm2Signer(key), verifier: sm2Verifier(key.publicKey) };
};

export const entries = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, at) =>
    auditEntry({
      at: new Date(AT.getTime() + (from + at) * 1000),
      action: 'license-issue',
      actor: 'issuing-program',
      details: { row: from + at },
      secrets: { holder: `持证人 ${from + at}` },
    }),
  );

export async function makeLog(size: number) {
  const storage = memoryAuditStorage();
  const log = new AuditLog(storage, 'license', { origin: ORIGIN });
  await log.append(entries(0, size));
  const key = keyPair();
  const headText = () => log.head(key.signer, { at: AT });
  return { storage, log, key, stranger: keyPair(), headText, head: async () => readHead(await headText()) };
}
