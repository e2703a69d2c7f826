/** What the QR shows of a licence: anyone can scan it, so personal data is masked unless the type says otherwise (脱敏). */

import { HOLDER_CODE_TYPES, maskCitizenId, maskName, maskPhone } from '@gov/codes';
import { isTextField, valueText } from './internal/field-rules.js';
import type { DataField, LicenseType, Mask, MetadataField } from './license-type.js';
import type { Holder, LicenseData } from './metadata.js';

/** The parts of a licence that its type decides about in the QR. */
export interface QrContent {
  /** [name, code, code type] of each holder. */
  readonly holders: readonly (readonly [name: string, code: string, codeType: string])[];
  /** Values by `qrLabel`, in ascending order of labels. */
  readonly fields: ReadonlyMap<number, string | number>;
}

/**
 * Holders and type fields as the QR carries them, masked. Masked values stay as they are when masked again, so the
 * face's data compares with a QR's after the same treatment.
 */
export function qrContent(type: LicenseType, data: LicenseData): QrContent {
  const fields = new Map<number, string | number>();
  for (const field of type.fields) {
    if (field.kind === 'metadata' || field.qrLabel === undefined) continue;
    const value = data.fields[field.key];
    if (value === undefined || (isTextField(field) && isLonger(String(value), field.qrMaxLength))) continue;
    const byKind = field.kind === 'citizen-id' || field.kind === 'phone' ? field.kind : 'none';
    fields.set(field.qrLabel, typeof value === 'string' ? masked(field.mask ?? byKind, value) : qrNumber(field, value));
  }
  const nameMask = maskOf(type, 'holder-name') ?? 'none';
  const codeMask = maskOf(type, 'holder-code');
  return {
    holders: data.holders.map((holder) => [
      masked(nameMask, holder.name),
      masked(codeMask ?? byParty(holder), holder.code),
      holder.codeType,
    ]),
    fields: new Map([...fields].sort(([a], [b]) => a - b)),
  };
}

const isLonger = (text: string, max: number | undefined): boolean => max !== undefined && [...text].length > max;

/** Integers as such; with a unit or a fraction as printed, for the format has no other numbers. */
const qrNumber = (field: DataField, value: number): string | number => {
  const text = valueText(field, value);
  return Number.isSafeInteger(value) && text === String(value) ? value : text;
};

const maskOf = (type: LicenseType, source: MetadataField['source']): Mask | undefined =>
  type.fields.find((field) => field.kind === 'metadata' && field.source === source)?.mask;

/** Codes of organisations are public; every other one may be a person's. */
const byParty = (holder: Holder): Mask =>
  HOLDER_CODE_TYPES.find((row) => row.type === holder.codeType)?.party === 'organization' ? 'none' : 'citizen-id';

function masked(mask: Mask, text: string): string {
  switch (mask) {
    case 'none':
      return text;
    case 'name':
      return maskName(text);
    case 'citizen-id':
      return maskCitizenId(text);
    case 'phone':
      return maskPhone(text);
  }
}
