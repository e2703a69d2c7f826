/** Licence types (证照类型) as data: which fields a licence of the type has, what they may hold, and what the QR shows. */

/** Limits of a type definition. */
export const LICENSE_TYPE_LIMITS = {
  fields: 100,
  /** characters of a name or label */
  label: 60,
  /** greatest `maxLength` of a field, characters */
  fieldText: 2_000,
  /** greatest `qrLabel`; up to 23 an integer takes one byte of the QR */
  qrLabel: 255,
  /** values of `enum` and of `requiredIf.is` */
  values: 200,
  /** alternatives of `forms` */
  forms: 8,
  /** parts of a form */
  formParts: 16,
  /** characters of one part of a form, and its `upTo` */
  formPart: 100,
  /** digits after the point of a number */
  decimals: 6,
  /** characters of a unit */
  unit: 12,
  /** years of validity */
  years: 200,
} as const;

/** How a value is masked where anyone can see it (脱敏). */
export type Mask = 'none' | 'name' | 'citizen-id' | 'phone';

/** Where in the metadata a field of the form finds its value. */
export type MetadataSource =
  | 'number'
  | 'authority'
  | 'holder-name'
  | 'holder-code'
  | 'issue-date'
  | 'valid-from'
  | 'valid-to';

/**
 * How a code is built (编码规则): its parts in order, each a fixed text, or so many characters of a kind, `count` of them or
 * from `count` to `upTo`. `capital` A–Z, `capital-or-digit` 0–9 A–Z, `han` Chinese characters. No regular expression: a part
 * of varying length must not be followed by a character of its own kind, so that there is one way to read a text and the
 * work is bounded.
 */
export type CodeForm = readonly (string | FormPart)[];

export interface FormPart {
  readonly of: 'digit' | 'capital' | 'capital-or-digit' | 'han';
  readonly count: number;
  readonly upTo?: number;
}

/** The field is required where another one has one of these values (条件必填). */
export interface RequiredIf {
  /** Key of a text field. */
  readonly field: string;
  readonly is: readonly string[];
}

interface FieldLabels {
  /** Name of the field in data: `legalRepresentative`. */
  readonly key: string;
  /** As the form prints it: 法定代表人. */
  readonly label: string;
  readonly labelEn: string;
}

interface ValueField extends FieldLabels {
  readonly required: boolean;
  /** Of a field that is not required always. */
  readonly requiredIf?: RequiredIf;
  /** Integer key in the QR; a field without one is not in the QR. */
  readonly qrLabel?: number;
  /** Belongs to the act of issuing, like who signed: may differ with every re-issue (`reissueIssues`). */
  readonly perIssue?: boolean;
  /** In the QR; by default `citizen-id` and `phone` mask what they hold, other kinds nothing. */
  readonly mask?: Mask;
}

export interface TextField extends ValueField {
  /** `text` any visible text of one line; `code` ASCII letters, digits, brackets and `./-`; `phone` digits, blanks and `+()-`. */
  readonly kind: 'text' | 'code' | 'phone';
  /** Characters (code points) at most. */
  readonly maxLength: number;
  /** The values there are (值域); others are refused. */
  readonly enum?: readonly string[];
  /** The value is built in one of these ways. */
  readonly forms?: readonly CodeForm[];
  /**
   * Characters (code points) that the QR takes at most: a longer value is left out of the QR altogether, never cut short, so
   * that whatever the QR shows is what the face shows.
   */
  readonly qrMaxLength?: number;
}

export interface NumberField extends ValueField {
  /** A JSON number. */
  readonly kind: 'number';
  readonly min?: number;
  readonly max?: number;
  /** Digits after the point at most; 0 for whole numbers. `LICENSE_TYPE_LIMITS.decimals` unless given. */
  readonly decimals?: number;
  /** Printed after the number on face and QR: 平方米. */
  readonly unit?: string;
}

export interface DateField extends ValueField {
  /** `YYYY-MM-DD`, a day in Asia/Shanghai. */
  readonly kind: 'date';
  /** Not before the day of this field of the type, a key of a `date` or of metadata that is a date. */
  readonly notBefore?: string;
  /** Not after the day of this field. */
  readonly notAfter?: string;
}

interface FixedField extends ValueField {
  /** With their check characters. */
  readonly kind: 'credit-code' | 'citizen-id';
}

/** A field of the form with a value of its own, in `fields` of the licence data. All values but numbers are strings. */
export type DataField = TextField | NumberField | DateField | FixedField;

/**
 * A field of the form that repeats the metadata (the holder's name, the number, …): no value of its own, so that face
 * and metadata cannot disagree. On `holder-name` and `holder-code` `mask` says how the QR shows them; by default names
 * are shown, and of codes those of persons are masked.
 */
export interface MetadataField extends FieldLabels {
  readonly kind: 'metadata';
  readonly source: MetadataSource;
  readonly mask?: Mask;
}

export type LicenseField = DataField | MetadataField;

export type HolderKind = 'natural-person' | 'legal-person' | 'unincorporated';

/** Who may hold a licence of the type (持证主体要求). */
export interface HolderRule {
  /** 1 unless given. */
  readonly min?: number;
  /** `LICENSE_DATA_LIMITS.holders` unless given. */
  readonly max?: number;
  /** Rows of `HOLDER_CODE_TYPES`: 001, 111, … */
  readonly codeTypes?: readonly string[];
  /** Asked of holders that say their kind. */
  readonly kinds?: readonly HolderKind[];
}

/** How long a licence of the type may be valid (有效期要求). */
export interface ValidityRule {
  /** 长期: may it be, must it be, or not. */
  readonly longTerm: 'allowed' | 'required' | 'no';
  /** The last day is at most the same day so many years after the first. */
  readonly maxYears?: number;
}

/** How the number of a licence is built (证照编号要求). */
export interface NumberRule {
  /** One of these; without them ASCII letters, digits, brackets and `./-`. */
  readonly forms?: readonly CodeForm[];
  /** The number is the first holder's code, as on a business licence. */
  readonly sameAs?: 'holder-code';
}

/** Of what licences a composite licence of the type is made (一业一证). */
export interface MemberRule {
  /** 2 unless given. */
  readonly min?: number;
  /** `LICENSE_DATA_LIMITS.members` unless given. */
  readonly max?: number;
  /** Codes of the types that members may have. */
  readonly types?: readonly string[];
}

/** How the face of a type looks (照面版式); what is not said is as in a plain landscape face. */
export interface FaceStyle {
  readonly page?: 'landscape' | 'portrait';
  /** Colour of border and rules. */
  readonly colour?: 'gold' | 'red' | 'green' | 'blue';
  /** Columns of rows. */
  readonly columns?: 1 | 2;
  /** Keys of fields that take the whole width. */
  readonly wide?: readonly string[];
  /** Under the title, e.g. （副本）. */
  readonly subtitle?: string;
}

/** A licence type (证照类型). */
export interface LicenseType {
  /** 证照类型代码, 21 characters: the credit code of the defining authority and 3 digits. */
  readonly code: string;
  /** 证照类型名称, e.g. 食品经营许可证. */
  readonly name: string;
  readonly nameEn: string;
  readonly number?: NumberRule;
  readonly holders?: HolderRule;
  readonly validity?: ValidityRule;
  /** Makes it a type of composite licences: their data has `members`, that of others has none. */
  readonly members?: MemberRule;
  /** In the order of the form. */
  readonly fields: readonly LicenseField[];
  readonly face?: FaceStyle;
}
