/** In whose name the demonstration shows codes: fixed, known to the issuer and to the holder page alike. */
import type { CitySubject } from '@gov/city-code';

/** The scene (场景) of the demonstration's gates. */
export const SCENE = 1;

/** Printed codes have a scene of their own: only gates with a network serve it. */
export const PRINTED_SCENE = 9;

/** What both kinds of gates demand: the first bit of the entitlements. */
export const MAY_PASS = 1;

export interface Role {
  readonly zh: string;
  readonly en: string;
  readonly subject: CitySubject;
  /** Of the delegation; the issuers are those of issuer.ts. */
  readonly region: string;
  readonly issuer: 'guangzhou' | 'shanghai';
  /** The issuer's own references: whose name, and whose device where that is somebody else's. */
  readonly holder: string;
  readonly relative?: string;
}

export const ROLES = {
  self: { zh: '本人', en: 'Myself', subject: 'person', region: '440106', issuer: 'guangzhou', holder: 'account 1' },
  grandmother: {
    zh: '替奶奶亮码（亲属代办）',
    en: 'For my grandmother',
    subject: 'person',
    region: '440106',
    issuer: 'guangzhou',
    holder: 'account 2',
    relative: 'account 1',
  },
  company: {
    zh: '所在企业',
    en: 'My company',
    subject: 'organization',
    region: '440106',
    issuer: 'guangzhou',
    holder: 'company 1',
  },
  beyond: {
    zh: '演示：签发者越区',
    en: 'Demonstration: an issuer beyond its region',
    subject: 'person',
    region: '440106',
    issuer: 'shanghai',
    holder: 'account 3',
  },
} as const satisfies Readonly<Record<string, Role>>;

export type RoleName = keyof typeof ROLES;

export const isRoleName = (name: unknown): name is RoleName => typeof name === 'string' && Object.hasOwn(ROLES, name);
