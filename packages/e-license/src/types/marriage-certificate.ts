import type { LicenseType } from '../license-type.js';

/**
 * Marriage certificate (结婚证): two holders, the one named first is 持证人 of this copy. The particulars of each are fields by
 * the same order. The type code is made up, like that of `FOOD_BUSINESS`.
 */
export const MARRIAGE_CERTIFICATE: LicenseType = {
  code: '11100000MB0000000P010',
  name: '结婚证',
  nameEn: 'Marriage certificate',
  number: {
    // 结婚证字号: J, the division of the registry, the year, a running number
    forms: [['J', { of: 'digit', count: 6 }, '-', { of: 'digit', count: 4 }, '-', { of: 'digit', count: 6 }]],
  },
  holders: {
    min: 2,
    max: 2,
    codeTypes: ['111', '114', '115', '118', '119', '120', '122', '411', '412', '413', '414', '511', '516', '999'],
    kinds: ['natural-person'],
  },
  validity: { longTerm: 'required' },
  fields: [
    {
      // Both names are shown: they are what the certificate says. Numbers are masked, days of birth are not in the QR.
      key: 'holders',
      label: '持证人、配偶',
      labelEn: 'Holder and spouse',
      kind: 'metadata',
      source: 'holder-name',
    },
    { key: 'codes', label: '身份证件号', labelEn: 'Document numbers', kind: 'metadata', source: 'holder-code' },
    {
      key: 'holderSex',
      label: '持证人性别',
      labelEn: 'Sex of the holder',
      kind: 'text',
      required: true,
      maxLength: 1,
      enum: ['男', '女'],
    },
    {
      key: 'holderNationality',
      label: '持证人国籍',
      labelEn: 'Nationality of the holder',
      kind: 'text',
      required: true,
      maxLength: 30,
    },
    {
      key: 'holderBirthDate',
      label: '持证人出生日期',
      labelEn: 'Date of birth of the holder',
      kind: 'date',
      required: true,
      notAfter: 'registeredOn',
    },
    {
      key: 'spouseSex',
      label: '配偶性别',
      labelEn: 'Sex of the spouse',
      kind: 'text',
      required: true,
      maxLength: 1,
      enum: ['男', '女'],
    },
    {
      key: 'spouseNationality',
      label: '配偶国籍',
      labelEn: 'Nationality of the spouse',
      kind: 'text',
      required: true,
      maxLength: 30,
    },
    {
      key: 'spouseBirthDate',
      label: '配偶出生日期',
      labelEn: 'Date of birth of the spouse',
      kind: 'date',
      required: true,
      notAfter: 'registeredOn',
    },
    {
      // Of the marriage; a replacement is issued later.
      key: 'registeredOn',
      label: '登记日期',
      labelEn: 'Date of registration',
      kind: 'date',
      required: true,
      notAfter: 'issueDate',
      qrLabel: 1,
    },
    {
      key: 'certificateNumber',
      label: '结婚证字号',
      labelEn: 'Certificate number',
      kind: 'metadata',
      source: 'number',
    },
    {
      key: 'remarks',
      label: '备注',
      labelEn: 'Remarks',
      kind: 'text',
      required: false,
      maxLength: 100,
      qrLabel: 2,
      qrMaxLength: 40,
    },
    { key: 'registry', label: '登记机关', labelEn: 'Registry', kind: 'metadata', source: 'authority' },
    {
      key: 'registrar',
      label: '婚姻登记员',
      labelEn: 'Registrar',
      kind: 'text',
      required: true,
      perIssue: true,
      maxLength: 50,
      qrLabel: 3,
    },
    { key: 'issueDate', label: '发证日期', labelEn: 'Date of issue', kind: 'metadata', source: 'issue-date' },
  ],
  face: { page: 'portrait', colour: 'red', columns: 2, wide: ['holders', 'codes', 'registeredOn', 'remarks'] },
};
