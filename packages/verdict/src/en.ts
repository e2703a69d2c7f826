/**
 * English texts by code (英文文本). The types keep every table complete.
 *
 * @packageDocumentation
 */
import type { Answer, Aspects, Check, FindingCode, Outcome, Verdict } from './report.js';

/** One word for the verdict. */
export const verdictText: Readonly<Record<Verdict, string>> = {
  valid: 'Valid',
  invalid: 'Invalid',
  indeterminate: 'Cannot tell',
};

/** What the verdict means for whoever holds the document in hand. */
export const verdictExplanation: Readonly<Record<Verdict, string>> = {
  valid: 'Everything that had to be checked was checked and is in order.',
  invalid: 'At least one check failed. Do not rely on this document.',
  indeterminate:
    'Something that had to be checked could not be checked. This is neither a yes nor a no: get what is missing and check again.',
};

export const outcomeText: Readonly<Record<Outcome, string>> = {
  pass: 'passed',
  fail: 'failed',
  warn: 'passed with a remark',
  unknown: 'cannot tell',
  skipped: 'not checked',
};

export const answerText: Readonly<Record<Answer, string>> = {
  yes: 'Yes',
  no: 'No',
  unknown: 'Cannot tell',
};

/** The four things a user asks. */
export const aspectText: Readonly<Record<keyof Aspects, string>> = {
  intact: 'Intact',
  authentic: 'Authentic',
  trusted: 'Trusted',
  current: 'Current',
};

export const aspectQuestion: Readonly<Record<keyof Aspects, string>> = {
  intact: 'Is everything still as it was signed?',
  authentic: 'Was it signed with the key of the certificate it names?',
  trusted: 'Is the signer known to us and entitled to this?',
  current: 'Does the signing time count, and is it in force and not revoked?',
};

export const checkText: Readonly<Record<Check, string>> = {
  format: 'Format',
  integrity: 'Integrity',
  authenticity: 'Signature value',
  certificate: 'Certificate',
  path: 'Certificate path',
  authority: 'Authority',
  time: 'Time',
  coverage: 'Coverage',
  content: 'Agreement of contents',
  timestamp: 'Timestamp',
  countersignature: 'Countersignature',
  revocation: 'Revocation',
  status: 'Licence status',
};

/** What a finding says, as one sentence. */
export const findingText: Readonly<Record<FindingCode, string>> = {
  'format-ok': 'The structure is as the standard writes it.',
  'format-malformed': 'The structure cannot be read as the standard writes it.',
  'format-deviation': 'The structure deviates from the standard in a way that changes nothing that is signed.',
  'no-signature': 'There is no signature.',
  'integrity-ok': 'The protected bytes are the ones that were signed.',
  'digest-mismatch': 'The protected bytes were changed after signing.',
  'signature-ok': 'The signature value verifies with the public key of the certificate.',
  'signature-invalid': 'The signature value does not verify with the public key of the certificate.',
  'signature-malformed': 'The signature cannot be read.',
  'certificate-ok': 'The certificate of the signer was found.',
  'certificate-malformed': 'The certificate of the signer cannot be read.',
  'algorithm-unsupported': 'The signature uses an algorithm that this verifier does not know.',

  'path-ok': 'A certificate path leads to a trusted authority.',
  'path-no-anchor': 'No certificate path leads to one of the given trusted authorities.',
  'path-signature-invalid': 'A certificate in the path was not signed by the issuer it names.',
  'path-not-ca': 'A certificate in the path issued another one without being an authority (CA).',
  'path-length-exceeded': 'The certificate path is longer than an authority in it permits.',
  'path-key-usage': 'A certificate in the path issued another one without the key usage for it.',
  'path-critical-extension': 'A certificate in the path has a critical extension that this verifier does not know.',
  'path-extension-malformed': 'A certificate in the path has an extension that cannot be read.',
  'path-name-constraints': 'A certificate in the path carries a name that an authority above it does not permit.',
  'path-policy': 'No certificate policy is valid along the whole path, although one is demanded.',
  'path-extended-key-usage': 'A certificate in the path is not meant for the purpose asked for.',
  'path-limit': 'The search for a certificate path was given up at its limit.',
  'authority-ok': 'The signer may do this.',
  'authority-unknown': 'Whether the signer may do this is not known.',
  'not-authorised-for-use': 'The certificate of the signer is not meant for this use.',
  'key-usage': 'The key usage in the certificate does not permit signing.',
  'revocation-not-checked': 'Whether the certificate was revoked was not checked.',
  'revocation-ok': 'The certificate was not revoked.',
  'revoked-after-signing': 'The certificate was revoked only after the proved time of signing.',
  'certificate-revoked': 'The certificate was revoked.',
  'revocation-stale':
    'The revocation data is too old, or from a later time, to say whether the certificate was revoked.',
  'revocation-not-covered':
    'The revocation data says nothing about this certificate, which it would not list if it were revoked.',
  'revocation-data-untrusted': 'The revocation data was not signed by anybody who may say so.',
  'revocation-status-unknown': 'The responder does not know this certificate.',
  'status-not-checked': 'Whether the licence was revoked or suspended was not checked.',
  'timestamp-not-checked': 'The timestamp was not checked; the signing time is what the signer claims.',

  'time-ok': 'Signing time and validity fit together.',
  'signing-time-future': 'The claimed signing time lies in the future.',
  'certificate-expired-at-signing': 'The certificate had expired at the time of signing.',
  'certificate-not-yet-valid-at-signing': 'The certificate was not yet valid at the time of signing.',
  'expired-time-unproved':
    'The certificate has expired since, and nothing proves that the signature was made before it did.',
  'revoked-time-unproved': 'The certificate was revoked, and nothing proves that the signature was made before it was.',

  'signing-time-after-timestamp': 'The signer claims a time after the one that the timestamp proves.',

  'timestamp-ok': 'The timestamp proves when it existed.',
  'timestamp-malformed': 'The timestamp cannot be read; it proves nothing.',
  'timestamp-invalid': 'The timestamp is not genuine, or belongs to something else.',
  'timestamp-unproved':
    'The timestamp is intact, but nothing shows that its authority can be believed; it proves nothing.',
  'timestamp-signers': 'The timestamp does not have exactly one signer.',
  'timestamp-imprint-mismatch': 'The timestamp is about something else.',
  'timestamp-nonce-mismatch': 'The timestamp does not repeat the number of the request: it may be an old one.',
  'timestamp-policy-mismatch': 'The timestamp was issued under another policy than the one asked for.',
  'timestamp-critical-extension': 'The timestamp has a critical extension that is not understood.',
  'timestamp-authority-name': 'The name in the timestamp is not in the certificate of its signer.',
  'timestamp-key-purpose': 'The certificate of the signer is not for timestamps alone.',
  'signing-certificate-missing': 'The signed attributes do not say which certificate the signer used.',
  'signing-certificate-mismatch': 'The signed attributes name another certificate than the one that was found.',

  'cms-dialect': 'The signature covers what the dialect named here says.',
  'cms-attribute-missing': 'A signed attribute that must be there is missing.',
  'cms-attribute-malformed': 'A signed attribute is there twice, has more than one value, or cannot be read.',
  'cms-content-type-mismatch': 'The content was signed as something else than it is sent as.',
  'cms-attributes-as-content': 'The content is the signed attributes of another message: nobody signed it as content.',
  'cms-content-may-be-digest':
    'The signed content has the size of a digest: whether it is that of a file was not checked.',
  'cms-content-not-held': 'The signature covers the content itself, which is too large to be verified as a stream.',
  'cms-algorithm-mismatch': 'The signature algorithm and the digest algorithm contradict each other.',
  'certificate-missing': 'The certificate of the signer was not found.',
  'countersignature-not-checked': 'The countersignature was not checked.',
  'countersignature-ok': 'The countersignature is genuine.',
  'countersignature-invalid': 'The countersignature is not genuine, or its signer was not entitled to it.',
  'countersignature-unproved': 'The countersignature is intact, but nobody vouches for its signer.',

  'seal-ok': 'The seal is genuine and was valid.',
  'seal-malformed': 'The seal data cannot be read.',
  'seal-signature-invalid': 'The seal was not signed by the seal maker it names.',
  'seal-maker-expired-at-creation': 'The certificate of the seal maker had expired when the seal was made.',
  'seal-maker-not-yet-valid-at-creation': 'The certificate of the seal maker was not yet valid when the seal was made.',
  'seal-expired': 'The seal had expired at the time of sealing.',
  'seal-expired-time-unproved':
    'The seal has expired since it is said to have been used, and the timestamp was made only afterwards.',
  'seal-not-yet-valid': 'The seal was not yet valid at the time of sealing.',
  'seal-dates-reversed': 'The seal ends before it begins.',
  'seal-valid-before-made': 'The seal is said to be valid from before it was made.',
  'signer-in-seal': 'The signer is listed in the seal.',
  'signer-not-in-seal': 'The signer is not listed in the seal: somebody else used it.',

  'coverage-ok': 'This lies within what is sealed.',
  'coverage-whole-file': 'The signature covers the whole file.',
  'coverage-further-signature': 'After this signature the file only received further signatures.',
  'coverage-validation-data': 'After this signature the file only received long-term validation data.',
  'coverage-byte-range': 'The byte range of the signature is not possible for this file.',
  'coverage-gap': 'The signature leaves out more of the file than its own place.',
  'coverage-padding': 'The place of the signature holds more than the signature.',
  'coverage-revision': 'The signature does not end where a revision of the file ends.',
  'coverage-overlap': 'Two signatures overlap in a way that no honest program produces.',
  'coverage-trailing-bytes': 'Bytes follow the signed part of the file.',
  'coverage-later-change': 'The document was changed after this signature.',
  'signature-covers-content': 'A later signature draws over what was signed, and is not a seal in its own size.',
  'signature-dictionary-changed': 'The entry of the signature itself was changed afterwards.',
  'subfilter-unknown': 'The signature is of a kind that this verifier does not know.',
  'pdf-hybrid': 'The file shows different contents to different readers (hybrid cross references).',
  'coverage-form-filled': 'After this signature only forms were filled in, as is permitted.',
  'coverage-annotated': 'After this signature only annotations were made, as the certification permits.',
  'page-tree-changed': 'Pages were added, removed or put in another order after this signature.',
  'page-content-changed': 'What a page shows was changed after this signature.',
  'shared-object-changed': 'An object that other parts of the document use was changed after this signature.',
  'font-changed': 'A font was changed after this signature: other characters are shown.',
  'object-revealed': 'Something hidden in the signed document was made visible after this signature.',
  'annotation-added': 'An annotation that draws something was added after this signature.',
  'annotation-covers-content': 'An annotation added after this signature covers what was signed.',
  'annotation-changed': 'An annotation was changed or removed after this signature.',
  'field-changed': 'A form field was changed in a way that filling it in does not.',
  'field-locked': 'A form field that a signature locks was changed after it.',
  'field-appearance-changed': 'What a form field shows was changed and is not its value.',
  'certification-exceeded': 'The document was changed more than its certification permits.',
  'catalog-changed': 'Settings of the whole document were changed after this signature.',
  'trailer-changed': 'The trailer of the file was changed after this signature.',
  'subfilter-mismatch': 'The signature is of another kind than the file says it is.',
  'seal-version-unsupported': 'The seal signature is of an older version, which is not read here.',
  'digest-weak': 'The file is bound by a digest that no longer protects it: another file can have the same one.',
  'signature-empty': 'The signature field holds no signature value.',
  'cms-content-not-detached': 'A signature that ought to be detached brings its own content.',

  'trust-list-ok': 'The trust list was signed with a key that is believed.',
  'trust-list-untrusted': 'The trust list was not signed with any key that is believed.',
  'trust-list-key': 'The keys in the trust list are not those that were announced.',
  'trust-list-other': 'This is another trust list than the one believed so far.',
  'trust-list-rollback': 'The trust list is older than one seen before, or a changed copy of it.',
  'trust-list-future': 'The trust list was issued in the future.',
  'trust-list-current': 'The trust list is current.',
  'trust-list-stale': 'A newer trust list should be there by now.',
  'trust-list-expired': 'The trust list is too old to be relied on.',
  'listing-ok': 'The trust list lists the signer for this time.',
  'listing-ended': 'The trust list lists the signer for an earlier time only.',
  'listing-not-yet-valid': 'The trust list lists the signer for a later time only.',
  'region-not-authorised': 'The signer may not act for this region.',

  'issuer-unknown': 'The issuer is not in the trust list.',
  'issuer-authority-ok': 'The issuer may issue licences of this type.',
  'issuer-authority-mismatch': 'The issuer may not issue licences of this type.',
  'identifier-check': 'The check character of the licence identifier is wrong.',
  'identifier-mismatch': 'The licence identifier does not fit the rest of the licence.',
  'qr-prefix': 'The QR code is not a licence code.',
  'qr-version-unknown': 'The QR code is of a version this program does not know.',
  'qr-base45': 'The text of the QR code is damaged.',
  'qr-deflate': 'The content of the QR code cannot be unpacked.',
  'qr-bomb': 'The content of the QR code unpacks to more than a licence can be.',
  'qr-trailing-bytes': 'The QR code holds more than the licence.',
  'qr-cbor': 'The content of the QR code is not correctly encoded.',
  'qr-cose': 'The signature envelope in the QR code is not correctly formed.',
  'qr-header': 'The signature envelope in the QR code names an impermissible algorithm or key.',
  'qr-claims': 'The statements in the QR code are incomplete or of the wrong kind.',
  'qr-claim-unknown': 'The QR code holds a statement that this verifier does not know.',
  'qr-missing': 'The licence carries no QR code.',
  'license-ok': 'The licence is within its term.',
  'license-expired': 'The licence has expired.',
  'license-not-yet-valid': 'The licence is not yet in force.',
  'seal-issuer-ok': 'The seal belongs to the issuer of the licence.',
  'seal-issuer-mismatch': 'The seal does not belong to the issuer of the licence.',
  'face-data-ok': 'What is printed agrees with the signed data.',
  'face-data-mismatch': 'What is printed differs from the signed data.',
  'face-data-missing': 'The signed data that the printed face could be compared with is missing.',
  'hazard-unreferenced-object':
    'Something that could be drawn is in the file and not used: a later change could bring it to light.',
  'hazard-duplicate-object':
    'One object is defined twice in one saving of the file: readers may not agree which counts.',
  'hazard-unlisted-object':
    'The file holds an object that its cross-reference does not name: a reader that repairs files may use it.',
  'hazard-missing-object': 'The document refers to an object that is not there: a later change could supply it.',
  'hazard-unreadable': 'A part of the document cannot be read: what it hides is not known.',
  'hazard-limit': 'The document is so large that not all of it was looked at for hazards.',
  'hazard-hybrid': 'The file has two cross-references, for old readers and for new ones.',
  'hazard-repaired': 'The cross-reference of the file is damaged: readers repair it each in their own way.',
  'hazard-hidden-layer': 'Content lies on a layer that is not shown.',
  'hazard-layer-usage':
    'A layer is shown or hidden depending on how the document is used: screen and print may differ.',
  'hazard-javascript': 'The document holds a script, which can change what it shows.',
  'hazard-action': 'The document holds an action that reaches outside, sends data or changes what is shown.',
  'hazard-field-appearance': 'A form field shows something else than its value.',
  'hazard-field-overlay':
    'A form field that cannot be filled in looks like a part of the page: its text can be exchanged by a form update.',
  'hazard-annotation':
    'An annotation draws over the page: it can be moved, hidden or changed without touching the page.',
  'hazard-hidden-annotation': 'An annotation or field is there and not shown, or shown and not printed.',
  'hazard-embedded-file': 'Files are attached: the seal covers them, though nobody sees them on the pages.',
  'hazard-external-stream': 'Content is taken from another file, which a seal cannot cover.',
  'hazard-xfa': 'The document holds an XFA form: some readers show it in place of the pages.',
  'hazard-font-not-embedded': 'A font is not embedded: what is shown depends on the machine.',
  'hazard-duplicate-key': 'A dictionary has a key twice: readers may not agree which value counts.',
  'hazard-need-appearances':
    'The viewer is told to draw the form fields anew: what is shown need not be what was saved.',
  'hazard-encrypted': 'The document is encrypted: whoever verifies the seal needs its password.',
};
