import type { LicenseType } from '../license-type.js';

/**
 * Food business licence (食品经营许可证): the 15 fields of its form. The code of the defining authority is made up, with
 * check characters that fit; where the national type code is known, copy the definition and put it in.
 */
export const FOOD_BUSINESS: LicenseType = {
  code: '11100000MB0000000P001',
  name: '食品经营许可证',
  nameEn: 'Food business licence',
  fields: [
    { key: 'operator', label: '经营者名称', labelEn: 'Operator', kind: 'metadata', source: 'holder-name' },
    {
      key: 'operatorCode',
      label: '社会信用代码（身份证号码）',
      labelEn: 'Credit code (citizen ID number)',
      kind: 'metadata',
      source: 'holder-code',
    },
    {
      key: 'legalRepresentative',
      label: '法定代表人（负责人）',
      labelEn: 'Legal representative (person in charge)',
      kind: 'text',
      required: true,
      maxLength: 50,
      qrLabel: 1,
    },
    { key: 'domicile', label: '住所', labelEn: 'Domicile', kind: 'text', required: true, maxLength: 120, qrLabel: 2 },
    {
      key: 'premises',
      label: '经营场所',
      labelEn: 'Business premises',
      kind: 'text',
      required: true,
      maxLength: 120,
      qrLabel: 3,
    },
    {
      key: 'businessForm',
      label: '主体业态',
      labelEn: 'Form of business',
      kind: 'text',
      required: true,
      maxLength: 60,
      qrLabel: 4,
    },
    {
      key: 'businessItems',
      label: '经营项目',
      labelEn: 'Business items',
      kind: 'text',
      required: true,
      maxLength: 200,
      qrLabel: 5,
    },
    { key: 'licenseNumber', label: '许可证编号', labelEn: 'Licence number', kind: 'metadata', source: 'number' },
    {
      key: 'supervisor',
      label: '日常监督管理机构',
      labelEn: 'Supervising body',
      kind: 'text',
      required: true,
      maxLength: 60,
      qrLabel: 6,
    },
    {
      key: 'supervisingOfficers',
      label: '日常监督管理人员',
      labelEn: 'Supervising officers',
      kind: 'text',
      required: true,
      maxLength: 60,
    },
    {
      // A public hotline, printed to be called: the one telephone number that must not be masked.
      key: 'complaintPhone',
      label: '投诉举报电话',
      labelEn: 'Complaints telephone',
      kind: 'phone',
      required: true,
      maxLength: 20,
      qrLabel: 7,
      mask: 'none',
    },
    { key: 'issuingAuthority', label: '发证机关', labelEn: 'Issuing authority', kind: 'metadata', source: 'authority' },
    {
      key: 'signatory',
      label: '签发人',
      labelEn: 'Signed by',
      kind: 'text',
      required: true,
      maxLength: 50,
      qrLabel: 8,
    },
    { key: 'issueDate', label: '发证日期', labelEn: 'Date of issue', kind: 'metadata', source: 'issue-date' },
    { key: 'validTo', label: '有效期至', labelEn: 'Valid to', kind: 'metadata', source: 'valid-to' },
  ],
};
