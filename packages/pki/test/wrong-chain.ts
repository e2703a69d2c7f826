/** All cases of the test PKI, and how one becomes certificates. */
import { type Certificate, type PathOptions, readCertificate } from '@gov/pki';
import type { Signer } from '@gov/sm';
import { authorityKeyIdentifier, build, type Spec } from './builder.js';
import { AT, type Change, changed, RIGHT, WRONG_STRUCTURE, type Wrong } from './wrong.js';
import { WRONG_NAMES } from './wrong-names.js';
import { WRONG_POLICIES } from './wrong-policies.js';

export const WRONG: readonly Wrong[] = [...WRONG_STRUCTURE, ...WRONG_NAMES, ...WRONG_POLICIES];

/** The certificates of a case, DER. */
export interface BuiltChain {
  readonly leaf: Uint8Array;
  readonly intermediates: readonly Uint8Array[];
  readonly root: Uint8Array;
}

/** @param twin keys to put in the place of the table's own */
export async function buildChain(
  wrong: Omit<Wrong, 'name'>,
  twin: (signer: Signer) => Signer = (signer) => signer,
): Promise<BuiltChain> {
  const make = (spec: Spec, change?: Change) => {
    const whole = changed(spec, change);
    return build({ ...whole, key: twin(whole.key), by: twin(whole.by) });
  };
  const middle = wrong.middle === undefined ? undefined : changed(RIGHT.middle, wrong.middle);
  const under: Spec =
    middle === undefined
      ? RIGHT.authority
      : changed(RIGHT.authority, {
          issuer: middle.subject,
          by: middle.key,
          extensions: { authorityKeyIdentifier: authorityKeyIdentifier(new Uint8Array(20).fill(4)) },
        });
  return {
    leaf: await make(RIGHT.leaf, wrong.leaf),
    intermediates: [
      ...(await Promise.all((wrong.others ?? []).map((spec) => make(spec)))),
      await make(under, wrong.authority),
      ...(middle === undefined ? [] : [await make(middle)]),
    ],
    root: await make(RIGHT.root, wrong.root),
  };
}

interface ReadChain {
  readonly leaf: Certificate;
  readonly options: PathOptions;
}

/** What the reader and the path validation are given. */
export function readChain(
  { leaf, intermediates, root }: BuiltChain,
  { demands = {} }: Omit<Wrong, 'name'>,
  profile: 'strict' | 'lenient',
): ReadChain {
  const read = (bytes: Uint8Array) => readCertificate(bytes, profile);
  return {
    leaf: read(leaf),
    options: { anchors: [read(root)], intermediates: intermediates.map(read), profile, at: AT, ...demands },
  };
}
