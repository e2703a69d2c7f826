/** Keys of token issuers, as operators have them: a JWKS file, or public keys. */
import { algorithmNames, GMT_0125, JOSE_DIALECTS, type JoseDialect, type TokenAlgorithm } from '@gov/token/dialect';
import { publicJwk } from '@gov/token/jwk';
import { readJwks } from '@gov/token/jwks';
import { fixedKeys, type KeySource } from '@gov/token/key-source';
import { GovError } from '@gov/verdict';
import { readInput } from './files.js';
import { publicKeysOf } from './trust-list-file.js';

/** @throws GovError `usage` */
export function dialectOf(name: string | undefined): JoseDialect {
  const dialect = name === undefined ? GMT_0125 : JOSE_DIALECTS.get(name);
  if (dialect === undefined) throw new GovError('usage', `--dialect is one of ${[...JOSE_DIALECTS.keys()].join(', ')}`);
  return dialect;
}

/** Those that a public key verifies: a code that whoever verifies could have made is not among them. */
const ALGORITHMS: readonly TokenAlgorithm[] = [
  'SM2-SM3',
  'ECDSA-P256-SHA256',
  'ECDSA-P384-SHA384',
  'ECDSA-P521-SHA512',
  'RSA-PKCS1-SHA256',
  'RSA-PKCS1-SHA384',
  'RSA-PKCS1-SHA512',
  'RSA-PSS-SHA256',
  'RSA-PSS-SHA384',
  'RSA-PSS-SHA512',
  'Ed25519',
];

/** By their names in JOSE; SM2 alone where none is given. @throws GovError `usage` */
export function algorithmsOf(names: readonly string[] | undefined, dialect: JoseDialect): readonly TokenAlgorithm[] {
  if (names === undefined) return ['SM2-SM3'];
  return names.map((name) => {
    const found = ALGORITHMS.find((algorithm) => algorithmNames(algorithm, dialect).includes(name));
    if (found !== undefined) return found;
    const known = ALGORITHMS.flatMap((algorithm) => algorithmNames(algorithm, dialect));
    throw new GovError('usage', `--algorithm is one of ${known.join(', ')}, not "${name}"`);
  });
}

/**
 * The keys of one issuer: of a JWKS file by their `kid`; of a file of public keys whatever `kid` the token names, since
 * whoever gave the file has chosen.
 *
 * @throws GovError `usage` for none or both, or a private key; what reading throws
 */
export async function issuerKeysOf(
  jwks: string | undefined,
  key: string | undefined,
  dialect: JoseDialect,
): Promise<KeySource> {
  if ((jwks === undefined) === (key === undefined)) throw new GovError('usage', '--jwks FILE or --key PUB');
  if (jwks !== undefined) return fixedKeys(readJwks(await readInput(jwks), { dialect }));
  const keys = fixedKeys((await publicKeysOf(key!)).map((spki) => publicJwk(spki)));
  return { find: (wanted) => keys.find({ ...wanted, kid: undefined }) };
}
