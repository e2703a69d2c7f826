/** `gov catalog lists`: the three lists of a catalogue (三张清单). */
import { extname } from 'node:path';
import type { CatalogRecord, SharingType } from '@gov/catalog';
import { writeListsXlsx } from '@gov/catalog/export';
import {
  type CapabilityRow,
  type DemandRow,
  DepartmentLists,
  describeAnswer,
  responsibilityRow,
} from '@gov/catalog/lists';
import { GovError } from '@gov/verdict';
import { drain } from '../catalog-check.js';
import { catalogInput, everyRecord, INPUT_OPTIONS } from '../catalog-input.js';
import { command } from '../command.js';
import { writeOutputs } from '../files.js';
import { interruptible } from '../interrupt.js';
import type { Language } from '../output.js';
import { tableLines } from '../table.js';

/** Capabilities and demands that are shown; the workbook has all. */
const SHOWN = 1_000;

const WORDS = {
  zh: {
    provides: ['部门', '名称', '责任清单', '无条件共享', '有条件共享', '不予共享'],
    capability: '能力',
    demand: '需求',
    missing: '未编目：',
    more: (count: number) => `另有 ${count} 条（--out 输出全部）`,
    totals: (resources: number, capabilities: number, demands: number) =>
      `责任清单 ${resources}，能力清单 ${capabilities}，需求清单 ${demands}`,
  },
  en: {
    provides: ['department', 'name', 'provides', 'unconditional', 'conditional', 'not shared'],
    capability: 'offers',
    demand: 'asks for',
    missing: 'in no list: ',
    more: (count: number) => `${count} more (--out writes all)`,
    totals: (resources: number, capabilities: number, demands: number) =>
      `to provide: ${resources}, offered: ${capabilities}, asked for: ${demands}`,
  },
} as const;

/** What a department must provide, in figures. */
interface Provides {
  readonly department: string;
  readonly name: string;
  resources: number;
  readonly sharing: Record<SharingType, number>;
}

export const catalogLists = command({
  noun: 'catalog',
  verb: 'lists',
  about: { en: 'what departments must provide, offer and ask for', zh: '生成责任、能力、需求三张清单' },
  words: ['IN.jsonl…'],
  options: {
    out: {
      type: 'string',
      value: 'L.xlsx',
      about: { en: 'the three lists as a workbook', zh: '输出三张清单（表格）' },
    },
    ...INPUT_OPTIONS,
  },
  async run(files, values, { force, lang }) {
    const { out } = values;
    if (out !== undefined && extname(out).toLowerCase() !== '.xlsx') throw new GovError('usage', '--out is a .xlsx');
    const input = await catalogInput(files, values, lang);
    const provided = new Map<string, Provides>();
    const lists = new DepartmentLists();
    await interruptible(async (signal) => {
      async function* records(): AsyncGenerator<CatalogRecord, void> {
        for await (const record of everyRecord(input, signal)) {
          lists.add(record);
          count(provided, record);
          yield record;
        }
      }
      if (out === undefined) await drain(records());
      else await writeOutputs([{ path: out, content: writeListsXlsx(records()) }], force);
    });
    const provides = [...provided.values()].sort((a, b) => (a.department < b.department ? -1 : 1));
    const capabilities = [...lists.capabilities()];
    const demands = [...lists.demands()];
    const resources = provides.reduce((sum, one) => sum + one.resources, 0);
    const words = WORDS[lang];
    return {
      kind: 'done',
      json: {
        resources,
        departments: provides,
        capabilities: { count: capabilities.length, first: capabilities.slice(0, SHOWN).map(capabilityJson) },
        demands: { count: demands.length, first: demands.slice(0, SHOWN).map(demandJson) },
        ...(out === undefined ? {} : { out }),
      },
      lines: [
        ...tableLines([words.provides, ...provides.map(row)]),
        ...capabilities.slice(0, SHOWN).map((one) => capabilityLine(one, lang)),
        ...demands.slice(0, SHOWN).map((one) => demandLine(one, lang)),
        ...[capabilities, demands].flatMap(({ length }) => (length > SHOWN ? [words.more(length - SHOWN)] : [])),
        words.totals(resources, capabilities.length, demands.length),
        ...(out === undefined ? [] : [out]),
      ],
    };
  },
});

function count(provided: Map<string, Provides>, record: CatalogRecord): void {
  const duty = responsibilityRow(record);
  if (duty === undefined) return;
  const { department, departmentName: name, sharing } = duty;
  const own = provided.get(department) ?? {
    department,
    name,
    resources: 0,
    sharing: { 无条件共享: 0, 有条件共享: 0, 不予共享: 0 },
  };
  own.resources++;
  own.sharing[sharing]++;
  provided.set(department, own);
}

const row = ({ department, name, resources, sharing }: Provides): string[] => [
  department,
  name,
  ...[resources, sharing.无条件共享, sharing.有条件共享, sharing.不予共享].map(String),
];

const capabilityJson = ({ capability: { code, department }, missing }: CapabilityRow) => ({
  code,
  department,
  missing,
});

const demandJson = ({ demand: { code, department }, answer, about }: DemandRow) => ({
  code,
  department,
  answer,
  about,
});

function capabilityLine({ capability, missing }: CapabilityRow, lang: Language): string {
  const words = WORDS[lang];
  const line = `${words.capability}  ${capability.department}  ${capability.code}  ${capability.name}`;
  return missing.length === 0 ? line : `${line}  ${words.missing}${missing.join(' ')}`;
}

function demandLine({ demand, answer, about }: DemandRow, lang: Language): string {
  const words = WORDS[lang];
  const line = `${words.demand}  ${demand.department}  ${demand.code}  ${describeAnswer(answer)[lang]}`;
  return about.length === 0 ? line : `${line}  ${about.join(' ')}`;
}
