/** Writing what X.509 calls SIGNED: the bytes to be signed, the algorithm, and the signature value. */
import { der } from '@gov/der';
import { rawToDer, type SignatureAlgorithm, type Signer } from '@gov/sm';
import { signatureOid } from './algorithm.js';
import { PSS } from './oid.js';

/** AlgorithmIdentifier of a signature, DER. GM/T 0015 writes NULL beside the SM2 OID, RFC 5758 nothing beside ECDSA's. */
export const signatureAlgorithmIdentifier = (algorithm: SignatureAlgorithm): Uint8Array =>
  der.sequence(der.oid(signatureOid(algorithm)), ...parameters(algorithm));

function parameters(algorithm: SignatureAlgorithm): readonly Uint8Array[] {
  if (algorithm.startsWith('ECDSA') || algorithm === 'Ed25519') return [];
  if (!algorithm.startsWith('RSA-PSS')) return [der.nullValue()];
  const [digest, [, length]] = Object.entries(PSS.digests).find(([, [name]]) => name.slice(4) === algorithm.slice(-3))!;
  const hash = der.sequence(der.oid(digest), der.nullValue());
  return [
    der.sequence(
      der.explicit(0, hash),
      der.explicit(1, der.sequence(der.oid(PSS.mgf1), hash)),
      der.explicit(2, der.integer(length)),
    ),
  ];
}

/** A signature value as certificates, CRLs, OCSP and CMS carry it: DER `SEQUENCE { r, s }`, or the octets of RSA and Ed25519. */
export async function signatureValue(message: Uint8Array, signer: Signer): Promise<Uint8Array> {
  const raw = await signer.sign(message);
  return signer.algorithm.startsWith('RSA') || signer.algorithm === 'Ed25519' ? raw : rawToDer(raw);
}

/** SIGNED { ToBeSigned } (X.509 6.2.1), DER: `SEQUENCE { tbs, AlgorithmIdentifier, BIT STRING }`; the tbs names the algorithm itself. */
export const signed = async (tbs: Uint8Array, signer: Signer): Promise<Uint8Array> =>
  der.sequence(tbs, signatureAlgorithmIdentifier(signer.algorithm), der.bitString(await signatureValue(tbs, signer)));
