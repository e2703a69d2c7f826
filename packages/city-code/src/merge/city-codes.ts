/** City codes among the codes of other systems. */
import { bytesToHex, sm3 } from '@gov/sm';
import { isGovError } from '@gov/verdict';
import { readPresentedCode } from '../challenge.js';
import { type CityCode, cityCodeProfile } from '../code.js';
import { readCityCodeText } from '../text.js';
import { type CodeReader, ReadCode } from './adapter.js';

/**
 * Reads city codes, of all profiles; judging them is the gate's. An account is the tag of the delegation, and of an online code
 * its digest: neither lasts, and neither names anybody.
 *
 * @param bases URLs are taken behind these
 */
export function cityCodes(bases: readonly string[] = []): CodeReader<CityCode | 'online'> {
  return {
    name: 'city-code',
    read(scanned) {
      try {
        const bytes = typeof scanned === 'string' ? readCityCodeText(scanned, bases) : scanned;
        const profile = cityCodeProfile(bytes);
        if (profile === undefined) return undefined;
        const detail = profile === 'P0' ? 'online' : readPresentedCode(bytes).code;
        const account = bytesToHex(detail === 'online' ? sm3(bytes) : detail.delegation.tag);
        return new ReadCode({ system: 'city-code', account, masked: profile, detail });
      } catch (error) {
        if (isGovError(error) && error.code !== 'invalid-argument') return undefined;
        throw error;
      }
    },
  };
}
