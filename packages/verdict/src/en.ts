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
  'path-limit': 'The search for a certificate path was given up at its limit.',
  'authority-ok': 'The signer may do this.',
  'authority-unknown': 'Whether the signer may do this is not known.',
  'not-authorised-for-use': 'The certificate of the signer is not meant for this use.',
  'key-usage': 'The key usage in the certificate does not permit signing.',
  'revocation-not-checked': 'Whether the certificate was revoked was not checked.',
  'status-not-checked': 'Whether the licence was revoked or suspended was not checked.',
  'timestamp-not-checked': 'The timestamp was not checked; the signing time is what the signer claims.',

  'time-ok': 'Signing time and validity fit together.',
  'signing-time-future': 'The claimed signing time lies in the future.',
  'certificate-expired-at-signing': 'The certificate had expired at the time of signing.',
  'certificate-not-yet-valid-at-signing': 'The certificate was not yet valid at the time of signing.',
  'expired-time-unproved':
    'The certificate has expired since, and nothing proves that the signature was made before it did.',

  'seal-ok': 'The seal is genuine and was valid.',
  'seal-malformed': 'The seal data cannot be read.',
  'seal-signature-invalid': 'The seal was not signed by the seal maker it names.',
  'seal-maker-expired-at-creation': 'The certificate of the seal maker had expired when the seal was made.',
  'seal-maker-not-yet-valid-at-creation': 'The certificate of the seal maker was not yet valid when the seal was made.',
  'seal-expired': 'The seal had expired at the time of sealing.',
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
  'signature-covers-content': 'The signature belongs to the content that is shown.',
  'signature-dictionary-changed': 'The entry of the signature itself was changed afterwards.',
  'subfilter-unknown': 'The signature is of a kind that this verifier does not know.',
  'pdf-hybrid': 'The file shows different contents to different readers (hybrid cross references).',

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
};
