/** What binds a licence to a code of profile P2 (证照摘要). */
import { sm3 } from '@gov/sm';

/** The first 16 octets of SM3. @param payload the claims in the QR text of the licence, its octets as they were signed */
export const licenseDigest = (payload: Uint8Array): Uint8Array => sm3(payload).slice(0, 16);
