/** What stands in a catalogue (目录): resources with their items, and what they belong to. One record, one line of JSON. */
import type {
  DataLevel,
  FormatClass,
  ItemKind,
  ItemType,
  OpeningType,
  ResourceClass,
  SecrecyLabel,
  SharingMethod,
  SharingType,
  UpdateCycle,
} from './labels.js';

/** The five attributes that every datum must have (数据“五个必填属性”). An item without its own has those of its resource. */
export interface DatumAttributes {
  /** 数据责任部门: unified social credit code. */
  readonly responsible: string;
  /** 数据源头: where it comes into being, the code of a system or of a business, or words. */
  readonly source: string;
  /** 更新机制 */
  readonly updating: string;
  /** 质量标准 */
  readonly quality: string;
  /** 使用方法 */
  readonly usage: string;
}

/** 信息项 */
export interface DataItem extends Partial<DatumAttributes> {
  readonly name: string;
  readonly type: ItemType;
  /** Characters, or digits in all for numbers. */
  readonly length?: number;
  /** Digits after the point. */
  readonly scale?: number;
  readonly level?: DataLevel;
  readonly secrecy?: SecrecyLabel;
  readonly sharing?: SharingType;
  readonly opening?: OpeningType;
  /** 数据元标识: items of the same one are the same datum, whatever they are called. */
  readonly element?: string;
  /** The resource whose item this one copies (引用): a copy is no second source. */
  readonly copyOf?: { readonly resource: string; readonly item: string };
  /** 样例数据: as text; never real personal data. */
  readonly samples?: readonly string[];
  readonly note?: string;
}

/** 政务信息资源 (core metadata of the guide of 2017, 发改高技〔2017〕1272号). */
export interface CatalogResource extends DatumAttributes {
  readonly kind: 'resource';
  /** 信息资源代码 `front/back` (前段码/后段码), as the profile's pattern has it. */
  readonly code: string;
  /** 信息资源名称 */
  readonly name: string;
  /** 信息资源分类: 类 first, then 项, 目, 细目 as far as they go. */
  readonly classification: readonly [ResourceClass, ...string[]];
  /** 信息资源提供方: its unified social credit code; the name stands with the department. */
  readonly provider: string;
  /** 信息资源提供方名称, as the sheet has it. */
  readonly providerName: string;
  /** 信息资源摘要 */
  readonly abstract: string;
  /** 信息资源格式 */
  readonly format: { readonly class: FormatClass; readonly type: string };
  readonly sharing: {
    readonly type: SharingType;
    /** 共享条件: demanded where sharing is conditional. */
    readonly condition?: string;
    /** 不予共享依据: law, article; demanded where nothing is shared. */
    readonly legalBasis?: string;
    /** 共享方式 */
    readonly method?: SharingMethod;
  };
  readonly opening: { readonly type: OpeningType; readonly condition?: string };
  readonly updateCycle: UpdateCycle;
  /** 发布日期, `YYYY-MM-DD`. */
  readonly publishedOn: string;
  /** 最近更新日期 of the data, `YYYY-MM-DD`. */
  readonly updatedOn?: string;
  readonly level?: DataLevel;
  /** 非涉密 unless said. */
  readonly secrecy?: SecrecyLabel;
  /** 关联资源代码 */
  readonly related?: readonly string[];
  /** Codes of systems (信息系统) that hold it. */
  readonly systems?: readonly string[];
  readonly items: readonly DataItem[];
}

/** 部门, with who answers for its data. */
export interface Department {
  readonly kind: 'department';
  /** Unified social credit code. */
  readonly code: string;
  readonly name: string;
  /** 行政区划代码 */
  readonly division: string;
  /** 首席数据官: post and account, not a number of a person. */
  readonly chiefDataOfficer?: string;
  /** 数据专员 */
  readonly dataOfficers?: readonly string[];
}

/** 职能 */
export interface Duty {
  readonly kind: 'duty';
  readonly code: string;
  readonly name: string;
  /** Credit code of the department. */
  readonly department: string;
  /** 职能依据: law, or the order that sets the department's duties. */
  readonly basis: string;
}

/** 业务, between duties and data (职能—业务—数据). */
export interface Business {
  readonly kind: 'business';
  readonly code: string;
  readonly name: string;
  readonly department: string;
  /** Codes of the duties it carries out. */
  readonly duties: readonly string[];
  /** Codes of the resources that it makes or keeps. */
  readonly resources: readonly string[];
  readonly systems?: readonly string[];
}

/** 信息系统 */
export interface InformationSystem {
  readonly kind: 'system';
  readonly code: string;
  readonly name: string;
  readonly department: string;
  /** 网络安全等级保护级别, 1 to 5. */
  readonly protectionGrade?: number;
  readonly startedOn?: string;
}

/** 政务服务事项 */
export interface ServiceItem {
  readonly kind: 'service-item';
  /** 事项编码 */
  readonly code: string;
  readonly name: string;
  readonly itemKind: ItemKind;
  readonly department: string;
  readonly businesses?: readonly string[];
  /** Codes of the resources whose data spare a paper (数据共享免提交). */
  readonly needs?: readonly string[];
}

/** 监管事项 */
export interface SupervisionItem {
  readonly kind: 'supervision-item';
  readonly code: string;
  readonly name: string;
  readonly department: string;
  /** 监管对象 */
  readonly object: string;
  /** 监管方式 */
  readonly method: string;
  readonly businesses?: readonly string[];
  readonly needs?: readonly string[];
}

/** 社会数据 bought once and used by all (统采共用). */
export interface PurchasedData {
  readonly kind: 'purchased-data';
  readonly code: string;
  readonly name: string;
  /** 供应方: credit code. */
  readonly supplier: string;
  /** 采购部门: credit code. */
  readonly purchaser: string;
  /** Days, `YYYY-MM-DD`, both included. */
  readonly from: string;
  readonly to: string;
  /** Credit codes of the departments that may use it; empty for all. */
  readonly users: readonly string[];
  readonly resources?: readonly string[];
}

/** 能力清单: a service that a department offers upon its data. */
export interface Capability {
  readonly kind: 'capability';
  readonly code: string;
  readonly name: string;
  readonly department: string;
  readonly resources: readonly string[];
  /** 服务方式: 核验, 查询, 批量, 模型 … */
  readonly service: string;
}

/** 需求清单: data that a department asks for. */
export interface Demand {
  readonly kind: 'demand';
  readonly code: string;
  readonly department: string;
  /** What is asked for: resources of the catalogue, or words where none has it. */
  readonly resources: readonly string[];
  readonly wanted?: string;
  /** 使用用途 */
  readonly purpose: string;
  /** 使用依据 */
  readonly basis: string;
  readonly askedOn: string;
}

/** 目录记录 */
export type CatalogRecord =
  | CatalogResource
  | Department
  | Duty
  | Business
  | InformationSystem
  | ServiceItem
  | SupervisionItem
  | PurchasedData
  | Capability
  | Demand;

export type RecordKind = CatalogRecord['kind'];
