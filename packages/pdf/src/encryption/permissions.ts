/** What the author of an encrypted document allows those who have only the user password (ISO 32000-2 §7.6.4.2, Table 22). */
import { GovError } from '@gov/verdict';

/** The bits of /P (权限). Opened as the owner everything is permitted, whatever they say. */
export interface PdfPermissions {
  /** Bit 3. */
  readonly print: boolean;
  /** Bit 12; where the revision is 2, as `print`. */
  readonly printFaithfully: boolean;
  /** Bit 4: anything that the following do not name. */
  readonly modify: boolean;
  /** Bit 5. */
  readonly copy: boolean;
  /** Bit 6: annotations and filling in forms; with `modify` also new form fields. */
  readonly annotate: boolean;
  /** Bit 9: filling in forms and signing in existing fields, even without `annotate`. */
  readonly fillForms: boolean;
  /** Bit 11: inserting, rotating and deleting pages, even without `modify`. */
  readonly assemble: boolean;
}

export function readPermissions(bits: number, revision: number): PdfPermissions {
  const bit = (number: number): boolean => ((bits >> (number - 1)) & 1) === 1;
  // Bits 9 to 12 mean something from revision 3 on.
  const later = (number: number, before: boolean): boolean => (revision >= 3 ? bit(number) : before);
  return {
    print: bit(3),
    printFaithfully: bit(3) && later(12, true),
    modify: bit(4),
    copy: bit(5),
    annotate: bit(6),
    fillForms: bit(6) || later(9, false),
    assemble: bit(4) || later(11, false),
  };
}

/**
 * A new signature field needs bits 4 and 6, signing in an existing one bit 6 or bit 9 (Table 22).
 *
 * @throws GovError `pdf-permission` when the document was opened with the user password and the author forbids it
 */
export function assertMaySign(
  doc: { readonly encryption: { readonly role: 'user' | 'owner'; readonly permissions: PdfPermissions } | undefined },
  { newField }: { readonly newField: boolean },
): void {
  if (doc.encryption === undefined || doc.encryption.role === 'owner') return;
  const { modify, annotate, fillForms } = doc.encryption.permissions;
  if (newField ? !(modify && annotate) : !fillForms)
    throw new GovError(
      'pdf-permission',
      newField
        ? 'the author forbids new form fields: open the file with the owner password'
        : 'the author forbids filling in forms: open the file with the owner password',
    );
}
