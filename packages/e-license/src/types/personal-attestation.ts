import type { LicenseType } from '../license-type.js';

/**
 * Attestation about a person (个人证明): what a government body confirms of one, for one purpose and a short while. The type code
 * is made up, like that of `FOOD_BUSINESS`.
 */
export const PERSONAL_ATTESTATION: LicenseType = {
  code: '11100000MB0000000P009',
  name: '个人证明',
  nameEn: 'Attestation about a person',
  holders: {
    max: 1,
    codeTypes: ['111', '114', '115', '118', '119', '120', '122', '411', '412', '413', '414', '511', '516', '999'],
    kinds: ['natural-person'],
  },
  validity: { longTerm: 'allowed' },
  fields: [
    { key: 'name', label: '姓名', labelEn: 'Name', kind: 'metadata', source: 'holder-name' },
    {
      key: 'documentNumber',
      label: '身份证件号码',
      labelEn: 'Document number',
      kind: 'metadata',
      source: 'holder-code',
    },
    {
      key: 'subject',
      label: '证明事项',
      labelEn: 'What is attested',
      kind: 'text',
      required: true,
      maxLength: 30,
      qrLabel: 1,
    },
    {
      key: 'period',
      label: '证明期间起',
      labelEn: 'Period attested, from',
      kind: 'date',
      required: false,
      notAfter: 'issueDate',
      qrLabel: 2,
    },
    {
      key: 'periodEnd',
      label: '证明期间止',
      labelEn: 'Period attested, to',
      kind: 'date',
      required: false,
      notBefore: 'period',
      notAfter: 'issueDate',
      qrLabel: 3,
    },
    {
      // Personal by nature (no criminal record, social insurance, schooling): on the face, which its holder hands out.
      key: 'content',
      label: '证明内容',
      labelEn: 'Content',
      kind: 'text',
      required: true,
      maxLength: 600,
    },
    {
      key: 'purpose',
      label: '用途',
      labelEn: 'Purpose',
      kind: 'text',
      required: true,
      maxLength: 100,
      qrLabel: 4,
      qrMaxLength: 40,
    },
    { key: 'attestationNumber', label: '证明编号', labelEn: 'Number', kind: 'metadata', source: 'number' },
    {
      key: 'contactPhone',
      label: '核实电话',
      labelEn: 'Telephone for questions',
      kind: 'phone',
      required: false,
      maxLength: 20,
      // The office's own, there to be called.
      mask: 'none',
      qrLabel: 5,
    },
    { key: 'issuedBy', label: '出具单位', labelEn: 'Issued by', kind: 'metadata', source: 'authority' },
    { key: 'issueDate', label: '出具日期', labelEn: 'Date of issue', kind: 'metadata', source: 'issue-date' },
    { key: 'validTo', label: '有效期至', labelEn: 'Valid to', kind: 'metadata', source: 'valid-to' },
  ],
  face: { page: 'portrait', colour: 'blue', columns: 1, wide: ['content', 'purpose'] },
};
