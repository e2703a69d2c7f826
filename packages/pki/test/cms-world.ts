/** People who sign messages: a root, a CA, and leaves of every algorithm. */
import { type Certificate, TrustStore } from '@gov/pki';
import { issueIntermediate, issueLeaf, issueRoot } from '@gov/pki/dev-ca';
import { generatePrivateKey } from '@gov/pki/private-key';
import { generateSm2Key, type SignatureAlgorithm, type Signer, sm2Signer } from '@gov/sm';
import type { Report } from '@gov/verdict';

export const AT = new Date('2026-06-01T00:00:00Z');
export const SIGNED_AT = new Date('2026-05-20T01:00:00Z');
export const CONTENT = new TextEncoder().encode('某市行政审批局：准予许可。');
export const VALIDITY = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2036-01-01T00:00:00Z') };

export interface Person {
  readonly signer: Signer;
  readonly certificate: Certificate;
}

export interface World {
  readonly root: Certificate;
  readonly authority: Certificate;
  readonly authoritySigner: Signer;
  readonly trust: TrustStore;
  readonly strict: TrustStore;
  readonly one: Person;
  readonly two: Person;
  leaf(name: string, signer?: Signer): Promise<Person>;
  of(algorithm: SignatureAlgorithm): Promise<Person>;
}

export async function makeWorld(): Promise<World> {
  const rootSigner = sm2Signer(generateSm2Key());
  const root = await issueRoot({
    ...VALIDITY,
    subject: 'CN=某省根,O=某省,C=CN',
    signer: rootSigner,
    pathLength: 1,
  });
  const caSigner = sm2Signer(generateSm2Key());
  const authority = await issueIntermediate({
    ...VALIDITY,
    ca: { certificate: root, signer: rootSigner },
    subject: 'CN=某市 CA,O=某省,C=CN',
    publicKey: caSigner.publicKey,
  });
  const ca = { certificate: authority, signer: caSigner };
  const leaf = async (name: string, signer: Signer = sm2Signer(generateSm2Key())): Promise<Person> => ({
    signer,
    certificate: await issueLeaf({
      ...VALIDITY,
      ca,
      subject: `CN=${name},O=某局,C=CN`,
      publicKey: signer.publicKey,
      use: 'signer',
    }),
  });
  const given = { anchors: [root], certificates: [authority] };
  return {
    root,
    authority,
    authoritySigner: caSigner,
    trust: new TrustStore(given),
    strict: new TrustStore({ ...given, profile: 'strict' }),
    one: await leaf('甲'),
    two: await leaf('乙'),
    leaf,
    of: async (algorithm) => leaf(algorithm, (await generatePrivateKey(algorithm)).signer),
  };
}

/** Findings that are no pass, of the message and of every signer, `check outcome code`. */
export const found = (report: Report): string[] =>
  [report, ...(report.signatures ?? [])].flatMap(({ findings }) =>
    findings
      .filter(({ outcome }) => outcome !== 'pass')
      .map(({ check, outcome, code }) => `${check} ${outcome} ${code}`),
  );

/** What is found in a message that is right: revocation is never looked at here. */
export const NOTHING = ['revocation unknown revocation-not-checked'];
