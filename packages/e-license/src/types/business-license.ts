import type { LicenseType } from '../license-type.js';

/**
 * Business licence (营业执照), the form of 2019 and later: the number is the credit code of the holder, and there is no end of
 * validity, for the form prints none. The type code is made up, like that of `FOOD_BUSINESS`.
 */
export const BUSINESS_LICENSE: LicenseType = {
  code: '11100000MB0000000P002',
  name: '营业执照',
  nameEn: 'Business licence',
  number: { sameAs: 'holder-code' },
  holders: { max: 1, codeTypes: ['001'] },
  validity: { longTerm: 'allowed' },
  fields: [
    {
      key: 'creditCode',
      label: '统一社会信用代码',
      labelEn: 'Unified social credit code',
      kind: 'metadata',
      source: 'holder-code',
    },
    { key: 'name', label: '名称', labelEn: 'Name', kind: 'metadata', source: 'holder-name' },
    {
      key: 'entityType',
      label: '类型',
      labelEn: 'Type of enterprise',
      kind: 'text',
      required: true,
      maxLength: 60,
      qrLabel: 1,
    },
    {
      // 经营者, 负责人, 投资人 or 执行事务合伙人 on the forms of other entities; published with every registration.
      key: 'legalRepresentative',
      label: '法定代表人（负责人、经营者）',
      labelEn: 'Legal representative (person in charge, operator)',
      kind: 'text',
      required: true,
      maxLength: 50,
      qrLabel: 2,
    },
    {
      // With its currency, in words: 壹佰万元整. Sole traders and branches have none.
      key: 'registeredCapital',
      label: '注册资本',
      labelEn: 'Registered capital',
      kind: 'text',
      required: false,
      maxLength: 40,
      qrLabel: 3,
    },
    {
      key: 'establishedOn',
      label: '成立日期',
      labelEn: 'Date of establishment',
      kind: 'date',
      required: true,
      notAfter: 'registeredOn',
      qrLabel: 4,
    },
    {
      key: 'premises',
      label: '住所（经营场所）',
      labelEn: 'Domicile (premises)',
      kind: 'text',
      required: true,
      maxLength: 200,
      qrLabel: 5,
      qrMaxLength: 40,
    },
    {
      // Several hundred characters as a rule: not in the QR.
      key: 'businessScope',
      label: '经营范围',
      labelEn: 'Scope of business',
      kind: 'text',
      required: true,
      maxLength: 2000,
    },
    {
      key: 'registrationAuthority',
      label: '登记机关',
      labelEn: 'Registration authority',
      kind: 'metadata',
      source: 'authority',
    },
    { key: 'registeredOn', label: '登记日期', labelEn: 'Date of registration', kind: 'metadata', source: 'issue-date' },
  ],
  face: {
    page: 'landscape',
    colour: 'gold',
    columns: 2,
    wide: ['name', 'premises', 'businessScope'],
    subtitle: '（副本）',
  },
};
