/** `gov cbom`: an inventory of the cryptography in use, for the assessment of commercial cryptography (密评). */
import { randomUUID } from 'node:crypto';
import { type CbomComponent, type CbomDocument, type CryptographicAsset, cbom } from '@gov/pki/cbom';
import { errorText } from '@gov/verdict/zh';
import { type Command, command } from '../command.js';
import { writeOutputs } from '../files.js';
import { takeInventory } from '../inventory.js';
import type { Language } from '../output.js';
import { cut, tableLines } from '../table.js';

const exportInventory = command({
  noun: 'cbom',
  verb: 'export',
  about: {
    en: 'list certificates, keys and algorithms of files and folders (CycloneDX 1.6)',
    zh: '导出文件与目录中的密码资产清单（CycloneDX 1.6）',
  },
  words: ['PATH…'],
  options: {
    out: { type: 'string', value: 'cbom.json', about: { en: 'the inventory', zh: '清单文件' }, required: true },
    system: { type: 'string', value: 'NAME', about: { en: 'name of the information system', zh: '被测信息系统名称' } },
    serial: {
      type: 'string',
      value: 'UUID',
      about: { en: 'serial number of the document (default: a new one)', zh: '清单序列号（默认新生成）' },
    },
  },
  async run(places, values, { at, force, lang }) {
    const { files, others, ...found } = await takeInventory(places);
    const document = cbom({
      ...found,
      at,
      serialNumber: values.serial ?? randomUUID(),
      ...(values.system === undefined ? {} : { system: values.system }),
    });
    await writeOutputs([{ path: values.out, content: `${JSON.stringify(document, null, 2)}\n` }], force);
    const summary = summaryOf(document);
    return {
      kind: 'done',
      json: { cbom: values.out, files, filesWithout: others, ...summary },
      lines: [
        ...tableLines([HEADINGS[lang], ...rowsOf(document, lang)]),
        '',
        ...summaryLines(document, { files, others }, lang),
        values.out,
      ],
    };
  },
});

interface Summary {
  readonly certificates: number;
  readonly keys: number;
  readonly algorithms: number;
  /** Assets that are not national cryptography. */
  readonly notNational: number;
  readonly weak: number;
  readonly expired: number;
  readonly unencryptedPrivateKeys: number;
  readonly unread: readonly { readonly location: string; readonly codes: readonly string[] }[];
}

const propertyOf = ({ properties }: CbomComponent, name: string): string | undefined =>
  properties.find((one) => one.name === `gov:${name}`)?.value;

const assetsOf = (document: CbomDocument): CryptographicAsset[] =>
  document.components.filter((one) => one.type === 'cryptographic-asset');

function summaryOf(document: CbomDocument): Summary {
  const assets = assetsOf(document);
  const count = (kind: string) => assets.filter((one) => one.cryptoProperties.assetType === kind).length;
  const having = (name: string, value?: string) =>
    assets.filter((one) =>
      value === undefined ? propertyOf(one, name) !== undefined : propertyOf(one, name) === value,
    ).length;
  return {
    certificates: count('certificate'),
    keys: count('related-crypto-material'),
    algorithms: count('algorithm'),
    notNational: having('national-cryptography', 'false'),
    weak: having('weakness'),
    expired: having('validity', 'expired'),
    unencryptedPrivateKeys: having('encrypted', 'false'),
    unread: document.components
      .filter((one) => one.type === 'file')
      .map(({ name, properties }) => ({ location: name, codes: properties.map(({ value }) => value) })),
  };
}

const HEADINGS: Readonly<Record<Language, readonly string[]>> = {
  en: ['kind', 'asset', 'algorithm', 'national', 'expires in', 'found in'],
  zh: ['类别', '资产', '算法', '国密', '剩余天数', '位置'],
};

const KINDS = {
  en: { certificate: 'certificate', public: 'public key', private: 'private key', encrypted: 'encrypted key' },
  zh: { certificate: '证书', public: '公钥', private: '私钥（未加密）', encrypted: '私钥（已加密）' },
} as const;

const TRUTH = {
  en: { true: 'yes', false: 'NO', unknown: '?' },
  zh: { true: '是', false: '否', unknown: '？' },
} as const;

function placeOf({ evidence }: CryptographicAsset): string {
  const { location = '', line } = evidence?.occurrences[0] ?? {};
  return line === undefined ? location : `${location}:${line}`;
}

/** Names in the table; whole ones stand in the document. */
const NAME_COLUMNS = 60;

/** What was found as such; keys and algorithms that only follow from a certificate stand in the document. */
function rowsOf(document: CbomDocument, lang: Language): string[][] {
  const assets = assetsOf(document);
  const names = new Map(assets.map((one) => [one['bom-ref'], one.name]));
  const nameOf = (ref: string | undefined) => (ref === undefined ? '' : (names.get(ref) ?? ''));
  const algorithmOf = ({ cryptoProperties }: CryptographicAsset): string => {
    if (cryptoProperties.assetType === 'certificate')
      return nameOf(cryptoProperties.certificateProperties.signatureAlgorithmRef);
    if (cryptoProperties.assetType === 'algorithm') return '';
    const { algorithmRef, securedBy } = cryptoProperties.relatedCryptoMaterialProperties;
    return nameOf(algorithmRef ?? securedBy?.algorithmRef);
  };
  return assets
    .filter((one) => one.evidence !== undefined && one.cryptoProperties.assetType !== 'algorithm')
    .sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1))
    .map((one) => {
      const [, kind, which] = one['bom-ref'].split('/');
      const label = kind === 'certificate' ? 'certificate' : (which as 'public' | 'private' | 'encrypted');
      const days = propertyOf(one, 'expires-in-days');
      const more = one.evidence!.occurrences.length - 1;
      return [
        KINDS[lang][label],
        cut(one.name, NAME_COLUMNS),
        algorithmOf(one),
        TRUTH[lang][propertyOf(one, 'national-cryptography') as keyof (typeof TRUTH)['en']],
        days === undefined ? '' : lang === 'zh' ? `${days} 天` : `${days} days`,
        `${placeOf(one)}${more === 0 ? '' : ` (+${more})`}`,
      ];
    });
}

/** Codes of this command; the others have their texts in `@gov/verdict/zh`. */
const UNREAD_ZH: Readonly<Record<string, string>> = {
  ...errorText,
  'symbolic-link': '符号链接，未跟随。',
  'not-a-file': '不是普通文件。',
  'format-unknown': '格式未能识别。',
};

function summaryLines(document: CbomDocument, { files, others }: { files: number; others: number }, lang: Language) {
  const { certificates, keys, notNational, weak, expired, unencryptedPrivateKeys, unread } = summaryOf(document);
  const algorithms = assetsOf(document)
    .filter((one) => one.cryptoProperties.assetType === 'algorithm')
    .map((one) => `${one.name}${propertyOf(one, 'weakness') === undefined ? '' : ' (!)'}`);
  const zh = lang === 'zh';
  return [
    `${zh ? '算法' : 'algorithms'}: ${[...new Set(algorithms)].join(', ')}`,
    zh
      ? `证书 ${certificates}，密钥 ${keys}；非国密 ${notNational}，存在弱点 ${weak}，已过期 ${expired}，未加密私钥 ${unencryptedPrivateKeys}`
      : `${certificates} certificates, ${keys} keys; not national ${notNational}, weak ${weak}, expired ${expired}, private keys unencrypted ${unencryptedPrivateKeys}`,
    zh
      ? `共检查文件 ${files} 个，其中 ${others} 个不含密码资产`
      : `${files} files looked into, ${others} of them without cryptography`,
    ...(unread.length === 0 ? [] : [zh ? `未能读取 ${unread.length} 项：` : `${unread.length} not looked into:`]),
    ...unread.map(({ location, codes }) => {
      const reasons = zh ? codes.map((code) => UNREAD_ZH[code] ?? code) : codes;
      return `  ${location}  ${reasons.join(' ')}`;
    }),
  ];
}

export const CBOM_COMMANDS: readonly Command[] = [exportInventory];
