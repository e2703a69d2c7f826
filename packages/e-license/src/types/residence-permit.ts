import type { LicenseType } from '../license-type.js';

/**
 * Residence permit (居住证): the items of article 4 of the provisional regulations on residence permits (居住证暂行条例). It is
 * endorsed every year (签注). The type code is made up, like that of `FOOD_BUSINESS`.
 */
export const RESIDENCE_PERMIT: LicenseType = {
  code: '11100000MB0000000P003',
  name: '居住证',
  nameEn: 'Residence permit',
  holders: { max: 1, codeTypes: ['111'], kinds: ['natural-person'] },
  validity: { longTerm: 'no', maxYears: 10 },
  fields: [
    { key: 'name', label: '姓名', labelEn: 'Name', kind: 'metadata', source: 'holder-name' },
    {
      key: 'sex',
      label: '性别',
      labelEn: 'Sex',
      kind: 'text',
      required: true,
      maxLength: 1,
      enum: ['男', '女'],
      qrLabel: 1,
    },
    { key: 'ethnicity', label: '民族', labelEn: 'Ethnicity', kind: 'text', required: true, maxLength: 10 },
    {
      // In the citizen ID number too, of which the QR masks it.
      key: 'birthDate',
      label: '出生日期',
      labelEn: 'Date of birth',
      kind: 'date',
      required: true,
      notAfter: 'issueDate',
    },
    { key: 'citizenId', label: '公民身份号码', labelEn: 'Citizen ID number', kind: 'metadata', source: 'holder-code' },
    {
      key: 'registeredAddress',
      label: '常住户口所在地住址',
      labelEn: 'Address of permanent household registration',
      kind: 'text',
      required: true,
      maxLength: 120,
    },
    {
      // Where a person lives is nobody's business who happens to see the code.
      key: 'residenceAddress',
      label: '居住地住址',
      labelEn: 'Address of residence',
      kind: 'text',
      required: true,
      maxLength: 120,
    },
    { key: 'permitNumber', label: '证号', labelEn: 'Permit number', kind: 'metadata', source: 'number' },
    { key: 'issuingAuthority', label: '签发机关', labelEn: 'Issuing authority', kind: 'metadata', source: 'authority' },
    { key: 'issueDate', label: '签发日期', labelEn: 'Date of issue', kind: 'metadata', source: 'issue-date' },
    { key: 'validTo', label: '有效期至', labelEn: 'Valid to', kind: 'metadata', source: 'valid-to' },
  ],
  face: { page: 'landscape', colour: 'blue', columns: 2, wide: ['registeredAddress', 'residenceAddress'] },
};
