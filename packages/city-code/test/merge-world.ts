/** Transport QR codes made here, octet by octet, for the tests of merging. */
import { generateSm2Key, hexToBytes, type Sm2PrivateKey, sm2Signer, sm2Verifier } from '@gov/sm';

export const TRANSPORT_AT = new Date('2026-11-23T02:00:00Z');

const compressed = ({ publicKey: { point } }: Sm2PrivateKey): Uint8Array =>
  Uint8Array.of(2 | (point[64]! & 1), ...point.subarray(1, 33));

const seconds = (at: Date): Uint8Array => {
  const octets = new Uint8Array(4);
  new DataView(octets.buffer).setUint32(0, at.getTime() / 1000);
  return octets;
};

interface TransportDraft {
  readonly generated?: Date;
  readonly authorizedUntil?: Date;
  readonly validity?: number;
  readonly custom?: Uint8Array;
  readonly issuer?: string;
  readonly certificateIssuer?: string;
  /** MMYY */
  readonly expiry?: string;
  readonly rootIndex?: number;
  readonly account?: string;
  /** Who signs in another's place. */
  readonly forger?: { readonly of: 'root' | 'issuer' | 'user'; readonly key: Sm2PrivateKey };
}

export class TransportWorld {
  readonly root = generateSm2Key();
  readonly issuer = generateSm2Key();
  readonly user = generateSm2Key();
  readonly roots = new Map([[1, sm2Verifier(this.root.publicKey)]]);

  async code(draft: TransportDraft = {}): Promise<Uint8Array> {
    const { generated = TRANSPORT_AT, authorizedUntil = new Date('2027-02-23T02:00:00Z'), validity = 30 } = draft;
    const { custom = new Uint8Array(), issuer = '01234567', certificateIssuer = issuer, expiry = '1226' } = draft;
    const { rootIndex = 1, account = '31040000000000001234', forger } = draft;
    const signerOf = (name: 'root' | 'issuer' | 'user') => sm2Signer(forger?.of === name ? forger.key : this[name]);
    const certified = Uint8Array.of(
      0x12,
      ...hexToBytes(`${certificateIssuer}${expiry}12345604040021`),
      ...compressed(this.issuer),
    );
    const certificate = Uint8Array.of(
      ...hexToBytes('2401010000'),
      rootIndex,
      ...certified,
      ...(await signerOf('root').sign(certified)),
    );
    const fields = Uint8Array.of(
      ...certificate,
      ...new TextEncoder().encode('00004711'.padStart(16, '0')),
      ...hexToBytes(`${account}${issuer}8765432101000bb8`),
      ...compressed(this.user),
      ...seconds(authorizedUntil),
      validity >> 8,
      validity & 255,
      custom.length,
      ...custom,
    );
    const length = fields.length + 65 + 4 + 65;
    const shown = Uint8Array.of(
      0x81,
      length >> 8,
      length & 255,
      ...fields,
      0x15,
      ...(await signerOf('issuer').sign(fields)),
      ...seconds(generated),
    );
    return Uint8Array.of(...shown, 0x15, ...(await signerOf('user').sign(shown)));
  }
}
