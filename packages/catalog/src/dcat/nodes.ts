/** The mapping (映射): a catalogue's resources as DCAT 3, fit for the shapes of DCAT-AP. */
import { GovError } from '@gov/verdict';
import { refuseSecret } from '../internal/secrecy.js';
import type { CatalogRecord, CatalogResource, DataItem } from '../record.js';
import type { RdfNode, RdfValue } from './node.js';
import { ACCESS_RIGHTS, CHINESE, DATATYPES, FREQUENCIES } from './vocabulary.js';

/** What a DCAT catalogue says of itself. */
export interface DcatCatalog {
  /** Where its nodes have their names, ending in `/`: `https://data.example.gov.cn/catalog/`. */
  readonly base: string;
  readonly title: string;
  readonly description: string;
  /** 发布机构: who publishes the catalogue. */
  readonly publisher: { readonly code: string; readonly name: string };
  /** Day on which it was written, `YYYY-MM-DD`. */
  readonly modifiedOn?: string;
}

export type Records = AsyncIterable<CatalogRecord> | Iterable<CatalogRecord>;

/**
 * The nodes of a catalogue, as its records come; records other than resources have no place in DCAT.
 *
 * @throws GovError `invalid-argument` for a base that is none, `input-malformed` for a resource that is marked a secret
 */
export async function* dcatNodes(records: Records, catalog: DcatCatalog): AsyncGenerator<RdfNode, void> {
  const { base, title, description, publisher, modifiedOn } = catalog;
  if (!URL.canParse(base) || !/^https?:\/\/[^?#\s"<>\\^`{|}]+\/$/.test(base))
    throw new GovError('invalid-argument', 'the base of a DCAT catalogue is an http(s) URL that ends in /');
  const told = new Set<string>();
  const names = new Names(base);
  yield* agent(names, publisher.code, publisher.name, told);
  yield* typed(CHINESE, 'dct:LinguisticSystem', told);
  yield node(
    names.catalog,
    ['dcat:Catalog'],
    [
      ['dct:title', { text: title }],
      ['dct:description', { text: description }],
      ['dct:publisher', { iri: names.agent(publisher.code) }],
      ['dct:language', { iri: CHINESE }],
      ['dcat:themeTaxonomy', { iri: names.scheme }],
      ...given(modifiedOn, (day) => ['dct:modified', { value: day, datatype: 'xsd:date' }]),
    ],
  );
  yield node(names.scheme, ['skos:ConceptScheme'], [['dct:title', { text: '信息资源分类' }]]);
  for await (const record of records) {
    if (record.kind !== 'resource') continue;
    refuseSecret(record);
    yield* agent(names, record.provider, record.providerName, told);
    yield* themes(names, record.classification, told);
    yield* typed(FREQUENCIES[record.updateCycle], 'dct:Frequency', told);
    yield* typed(ACCESS_RIGHTS[record.opening.type], 'dct:RightsStatement', told);
    yield node(names.catalog, [], [['dcat:dataset', { iri: names.dataset(record.code) }]]);
    yield dataset(names, record);
    if (isService(record)) {
      yield node(names.catalog, [], [['dcat:service', { iri: names.service(record.code) }]]);
      yield service(names, record);
    }
  }
}

/** Names of nodes: what is not plain in a code is percent-encoded, so that two codes never have one name. */
class Names {
  readonly #base: string;
  constructor(base: string) {
    this.#base = base;
  }
  get catalog(): string {
    return `${this.#base}catalog`;
  }
  get scheme(): string {
    return `${this.#base}themes`;
  }
  dataset(code: string): string {
    return `${this.#base}resource/${encodeURIComponent(code)}`;
  }
  service(code: string): string {
    return `${this.#base}service/${encodeURIComponent(code)}`;
  }
  agent(code: string): string {
    return `${this.#base}organization/${encodeURIComponent(code)}`;
  }
  theme(path: readonly string[]): string {
    return `${this.#base}theme/${path.map(encodeURIComponent).join('/')}`;
  }
}

type Properties = RdfNode['properties'];

const node = (id: string | undefined, types: readonly string[], properties: Properties): RdfNode => ({
  ...(id === undefined ? {} : { id }),
  types,
  properties,
});

const blank = (types: readonly string[], properties: Properties): RdfNode => node(undefined, types, properties);

function given<Value>(value: Value | undefined, property: (value: Value) => Properties[number]): Properties {
  return value === undefined ? [] : [property(value)];
}

/** What the terms of an authority are: the shapes ask for their types, and nobody fetches them. */
function* typed(id: string, type: string, told: Set<string>): Generator<RdfNode, void> {
  if (told.has(id)) return;
  told.add(id);
  yield node(id, [type], []);
}

function* agent(names: Names, code: string, name: string, told: Set<string>): Generator<RdfNode, void> {
  const id = names.agent(code);
  // A provider with two names has both: which is right, the rules ask.
  if (told.has(`${id} ${name}`)) return;
  told.add(`${id} ${name}`);
  yield node(
    id,
    ['foaf:Agent'],
    [
      ['foaf:name', { text: name }],
      ['dct:identifier', { value: code }],
    ],
  );
}

function* themes(names: Names, path: readonly string[], told: Set<string>): Generator<RdfNode, void> {
  for (let depth = 1; depth <= path.length; depth++) {
    const id = names.theme(path.slice(0, depth));
    if (told.has(id)) continue;
    told.add(id);
    yield node(
      id,
      ['skos:Concept'],
      [
        ['skos:prefLabel', { text: path[depth - 1]! }],
        ['skos:inScheme', { iri: names.scheme }],
        ...(depth === 1 ? [] : ([['skos:broader', { iri: names.theme(path.slice(0, depth - 1)) }]] as const)),
      ],
    );
  }
}

function dataset(names: Names, resource: CatalogResource): RdfNode {
  const { code, sharing, opening, format } = resource;
  return node(
    names.dataset(code),
    ['dcat:Dataset'],
    [
      ['dct:identifier', { value: code }],
      ['dct:title', { text: resource.name }],
      ['dct:description', { text: resource.abstract }],
      ['dct:publisher', { iri: names.agent(resource.provider) }],
      ['gov:providerName', { text: resource.providerName }],
      ['dcat:theme', { iri: names.theme(resource.classification) }],
      ['dct:accrualPeriodicity', { iri: FREQUENCIES[resource.updateCycle] }],
      ['dct:accessRights', { iri: ACCESS_RIGHTS[opening.type] }],
      ...given(opening.condition, (text) => ['gov:openingCondition', { text }]),
      ['dct:issued', { value: resource.publishedOn, datatype: 'xsd:date' }],
      ...given(resource.updatedOn, (day) => ['dct:modified', { value: day, datatype: 'xsd:date' }]),
      ...(resource.related ?? []).map((other) => ['dct:relation', { iri: names.dataset(other) }] as const),
      ...given(resource.level, (text) => ['gov:level', { text }]),
      ...given(resource.secrecy, (text) => ['gov:secrecy', { text }]),
      ['gov:responsible', { iri: names.agent(resource.responsible) }],
      ['gov:source', { text: resource.source }],
      ['gov:updating', { text: resource.updating }],
      ['gov:quality', { text: resource.quality }],
      ['gov:usage', { text: resource.usage }],
      ...(resource.systems ?? []).map((system) => ['gov:system', { value: system }] as const),
      [
        'dcat:distribution',
        blank(
          ['dcat:Distribution'],
          [
            ['dct:title', { text: resource.name }],
            ['dcat:accessURL', { iri: names.dataset(code) }],
            ['dct:format', blank(['dct:MediaTypeOrExtent'], [['rdfs:label', { text: format.type }]])],
            ['gov:formatClass', { text: format.class }],
            ...given(sharing.method, (text) => ['gov:sharingMethod', { text }]),
            ...(isService(resource) ? [['dcat:accessService', { iri: names.service(code) }] as const] : []),
            ['odrl:hasPolicy', policy(sharing)],
            [
              'csvw:tableSchema',
              blank(['csvw:Schema'], [['csvw:column', { list: resource.items.map((one) => column(names, one)) }]]),
            ],
          ],
        ),
      ],
    ],
  );
}

/** 共享: what other departments may do. */
function policy({ type, condition, legalBasis }: CatalogResource['sharing']): RdfNode {
  const use = blank(
    [type === '不予共享' ? 'odrl:Prohibition' : 'odrl:Permission'],
    [
      ['odrl:action', { iri: 'http://www.w3.org/ns/odrl/2/use' }],
      ...given(condition, (text) => ['gov:condition', { text }]),
      ...given(legalBasis, (text) => ['gov:legalBasis', { text }]),
    ],
  );
  return blank(
    ['odrl:Set', 'odrl:Policy'],
    [
      ['gov:sharing', { text: type }],
      [type === '不予共享' ? 'odrl:prohibition' : 'odrl:permission', use],
    ],
  );
}

/** 信息项 */
function column(names: Names, item: DataItem): RdfNode {
  const { copyOf } = item;
  return blank(
    ['csvw:Column'],
    [
      ['csvw:title', { text: item.name }],
      ['csvw:datatype', { iri: `http://www.w3.org/2001/XMLSchema#${DATATYPES[item.type]}` }],
      ['gov:itemType', { text: item.type }],
      ...given(item.length, (length) => ['gov:length', { value: String(length), datatype: 'xsd:integer' }]),
      ...given(item.scale, (scale) => ['gov:scale', { value: String(scale), datatype: 'xsd:integer' }]),
      ...given(item.level, (text) => ['gov:level', { text }]),
      ...given(item.secrecy, (text) => ['gov:secrecy', { text }]),
      ...given(item.sharing, (text) => ['gov:sharing', { text }]),
      ...given(item.opening, (text) => ['gov:opening', { text }]),
      ...given(item.element, (value) => ['gov:element', { value }]),
      ...given(copyOf, ({ resource, item: name }) => [
        'gov:copyOf',
        blank(
          [],
          [
            ['gov:resource', { iri: names.dataset(resource) }],
            ['gov:item', { text: name }],
          ],
        ),
      ]),
      ...given(item.samples, (samples) => ['gov:samples', { list: samples.map((text): RdfValue => ({ text })) }]),
      ...given(item.responsible, (code) => ['gov:responsible', { iri: names.agent(code) }]),
      ...given(item.source, (text) => ['gov:source', { text }]),
      ...given(item.updating, (text) => ['gov:updating', { text }]),
      ...given(item.quality, (text) => ['gov:quality', { text }]),
      ...given(item.usage, (text) => ['gov:usage', { text }]),
      ...given(item.note, (text) => ['rdfs:comment', { text }]),
    ],
  );
}

const isService = ({ sharing, format }: CatalogResource): boolean =>
  sharing.method === '共享平台-服务/接口' || format.class === '服务接口';

/** 接口 */
const service = (names: Names, { code, name, abstract }: CatalogResource): RdfNode =>
  node(
    names.service(code),
    ['dcat:DataService'],
    [
      ['dct:title', { text: name }],
      ['dct:description', { text: abstract }],
      ['dcat:endpointURL', { iri: names.service(code) }],
      ['dcat:servesDataset', { iri: names.dataset(code) }],
    ],
  );
