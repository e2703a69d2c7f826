/** Reading DCAT: the mapped fields of each dataset, as a record would have them. */
import { GovError } from '@gov/verdict';
import { JsonLdParser } from 'jsonld-streaming-parser';
import { type Quad, StreamParser, type Term } from 'n3';
import { ITEM_TYPES } from '../labels.js';
import { DCAT_LIMITS, type DcatForm, type ReadDataset, type ReadDcatOptions } from './dataset.js';
import { Graph, isNamed } from './graph.js';
import { ACCESS_RIGHTS, DATATYPES, FREQUENCIES } from './vocabulary.js';

export async function readDcat(
  source: Uint8Array | AsyncIterable<Uint8Array>,
  { form, signal }: ReadDcatOptions,
): Promise<ReadDataset[]> {
  const graph = await readGraph(source, form, signal);
  return graph.ofType('dcat:Dataset').map((subject) => ({ iri: subject.value, value: datasetOf(graph, subject) }));
}

async function readGraph(
  source: Uint8Array | AsyncIterable<Uint8Array>,
  form: DcatForm,
  signal: AbortSignal | undefined,
): Promise<Graph> {
  const text = await textOf(source, form, signal);
  const graph = new Graph();
  const parser = form === 'turtle' ? new StreamParser({ format: 'text/turtle' }) : jsonLdParser();
  let characters = 0;
  let wrong: unknown;
  const ended = new Promise<void>((resolve) => {
    parser.on('data', (quad: Quad) => {
      const [subject, predicate, object] = [quad.subject.value, quad.predicate.value, quad.object.value];
      characters += subject.length + predicate.length + object.length;
      if (Math.max(subject.length, predicate.length, object.length) > DCAT_LIMITS.term) wrong ??= beyond('term');
      else if (characters > DCAT_LIMITS.characters) wrong ??= beyond('characters');
      else if (graph.size < DCAT_LIMITS.statements) graph.add(quad);
      else wrong ??= beyond('statements');
    });
    parser.on('error', (cause: unknown) => {
      wrong ??= malformed(form, cause);
      resolve();
    });
    parser.on('end', resolve);
  });
  try {
    for (let at = 0; at < text.length && wrong === undefined; at += PIECE) {
      parser.write(text.slice(at, at + PIECE));
      // What was written is parsed, and counted, before more is.
      await new Promise((resolve) => setTimeout(resolve));
      signal?.throwIfAborted();
    }
    if (wrong === undefined) {
      parser.end();
      await ended;
    }
  } catch (cause) {
    signal?.throwIfAborted();
    // The parsers throw some errors instead of telling them.
    wrong ??= malformed(form, cause);
  }
  parser.destroy();
  if (wrong !== undefined) throw wrong;
  return graph;
}

/** Characters that are parsed at once. */
const PIECE = 65_536;

// The parsers' own messages quote the document.
const malformed = (form: DcatForm, cause?: unknown): GovError =>
  new GovError('dcat-malformed', `not ${form === 'turtle' ? 'Turtle' : 'JSON-LD with its context inside'}`, { cause });

async function textOf(
  source: Uint8Array | AsyncIterable<Uint8Array>,
  form: DcatForm,
  signal: AbortSignal | undefined,
): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decode = (piece?: Uint8Array): string => {
    try {
      return piece === undefined ? decoder.decode() : decoder.decode(piece, { stream: true });
    } catch (cause) {
      throw malformed(form, cause);
    }
  };
  const pieces: string[] = [];
  let bytes = 0;
  for await (const piece of source instanceof Uint8Array ? [source] : source) {
    signal?.throwIfAborted();
    bytes += piece.length;
    if (bytes > DCAT_LIMITS.bytes) throw new GovError('input-too-large', `more than ${DCAT_LIMITS.bytes} octets`);
    pieces.push(decode(piece));
  }
  const text = pieces.join('') + decode();
  if (form === 'json-ld') refuseDeep(text);
  return text;
}

const beyond = (limit: keyof typeof DCAT_LIMITS): GovError =>
  new GovError('limit-exceeded', `${limit}: more than ${DCAT_LIMITS[limit]}`);

/** The parser of JSON-LD follows nesting by calling itself, and copies contexts: both are bounded before it sees them. */
function refuseDeep(text: string): void {
  let depth = 0;
  let contexts = 0;
  let objects = 0;
  /** Where the context began that the text is in, and how deep. */
  let context: { readonly from: number; readonly depth: number } | undefined;
  let key: string | undefined;
  for (let at = 0; at < text.length; at++) {
    const unit = text[at];
    if (unit === '"') {
      const end = endOfText(text, at);
      // The shortest way and the longest way to write it.
      key = end - at <= 50 ? text.slice(at, end + 1) : undefined;
      at = end;
    } else if (unit === ':') {
      if (key === undefined || !isContext(key)) continue;
      // One within another is one for each node of its kind.
      if (context !== undefined) throw new GovError('limit-exceeded', 'a context within a context');
      if (++contexts > DCAT_LIMITS.contexts) throw beyond('contexts');
      context = { from: at, depth };
    } else if (unit === '{' || unit === '[') {
      if (++depth > DCAT_LIMITS.depth) throw beyond('depth');
      if (context !== undefined && unit === '{' && ++objects > DCAT_LIMITS.contextObjects)
        throw beyond('contextObjects');
    } else if (unit === '}' || unit === ']') depth--;
    if (context === undefined) continue;
    if (at - context.from > DCAT_LIMITS.contextLength) throw beyond('contextLength');
    if (depth < context.depth || (depth === context.depth && (unit === ',' || unit === '}' || unit === ']')))
      context = undefined;
  }
}

/** The quote that ends a text. */
function endOfText(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

const isContext = (key: string): boolean => {
  if (!key.includes('\\')) return key === '"@context"';
  try {
    return JSON.parse(key) === '@context';
  } catch {
    return false;
  }
};

const jsonLdParser = (): JsonLdParser =>
  new JsonLdParser({
    documentLoader: {
      load: async () => {
        throw new Error('contexts from elsewhere are not fetched');
      },
    },
  });

type Value = Record<string, unknown>;

/** Without what is undefined. */
const present = (value: Value): Value =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined));

function datasetOf(graph: Graph, dataset: Term): Value {
  const text = (name: string): string | undefined => graph.text(dataset, name);
  const publisher = graph.object(dataset, 'dct:publisher');
  const distribution = graph.object(dataset, 'dcat:distribution');
  const format = graph.object(distribution, 'dct:format');
  const opening = labelOf(ACCESS_RIGHTS, graph.iri(dataset, 'dct:accessRights'));
  return present({
    kind: 'resource',
    code: text('dct:identifier'),
    name: text('dct:title'),
    abstract: text('dct:description'),
    classification: classificationOf(graph, graph.object(dataset, 'dcat:theme')),
    provider: graph.text(publisher, 'dct:identifier'),
    providerName: text('gov:providerName') ?? graph.text(publisher, 'foaf:name'),
    format: present({ class: graph.text(distribution, 'gov:formatClass'), type: graph.text(format, 'rdfs:label') }),
    sharing: sharingOf(graph, distribution),
    opening: present({ type: opening, condition: text('gov:openingCondition') }),
    updateCycle: labelOf(FREQUENCIES, graph.iri(dataset, 'dct:accrualPeriodicity')),
    publishedOn: text('dct:issued'),
    updatedOn: text('dct:modified'),
    level: text('gov:level'),
    secrecy: text('gov:secrecy'),
    related: some(graph.objects(dataset, 'dct:relation').map((other) => codeOf(graph, other))),
    systems: some(graph.texts(dataset, 'gov:system')),
    responsible:
      graph.text(graph.object(dataset, 'gov:responsible'), 'dct:identifier') ??
      lastStep(graph, dataset, 'gov:responsible'),
    source: text('gov:source'),
    updating: text('gov:updating'),
    quality: text('gov:quality'),
    usage: text('gov:usage'),
    items: itemsOf(graph, distribution),
  });
}

const labelOf = (table: Readonly<Record<string, string>>, iri: string | undefined): string | undefined =>
  Object.keys(table).find((label) => table[label] === iri);

const some = <One>(values: readonly One[]): readonly One[] | undefined => (values.length === 0 ? undefined : values);

/** The code in the graph, or that in the name of the node: what is related may stand in another document. */
const codeOf = (graph: Graph, dataset: Term): string => graph.text(dataset, 'dct:identifier') ?? stepOf(dataset.value);

const lastStep = (graph: Graph, subject: Term, name: string): string | undefined => {
  const iri = graph.iri(subject, name);
  return iri === undefined ? undefined : stepOf(iri);
};

function stepOf(iri: string): string {
  const step = iri.slice(iri.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}

/** From the broadest concept down. */
function classificationOf(graph: Graph, theme: Term | undefined): readonly string[] | undefined {
  const path: string[] = [];
  const seen = new Set<string>();
  for (let at = theme; at !== undefined && !seen.has(at.value); at = graph.object(at, 'skos:broader')) {
    seen.add(at.value);
    const label = graph.text(at, 'skos:prefLabel');
    if (label === undefined || path.length >= DCAT_LIMITS.list) return undefined;
    path.unshift(label);
  }
  return some(path);
}

function sharingOf(graph: Graph, distribution: Term | undefined): Value {
  const policy = graph.object(distribution, 'odrl:hasPolicy');
  const use = graph.object(policy, 'odrl:permission') ?? graph.object(policy, 'odrl:prohibition');
  return present({
    type: graph.text(policy, 'gov:sharing'),
    condition: graph.text(use, 'gov:condition'),
    legalBasis: graph.text(use, 'gov:legalBasis'),
    method: graph.text(distribution, 'gov:sharingMethod'),
  });
}

function itemsOf(graph: Graph, distribution: Term | undefined): readonly Value[] | undefined {
  const schema = graph.object(distribution, 'csvw:tableSchema');
  return graph.list(graph.object(schema, 'csvw:column'), DCAT_LIMITS.list)?.map((column) => itemOf(graph, column));
}

function itemOf(graph: Graph, column: Term): Value {
  const text = (name: string): string | undefined => graph.text(column, name);
  const copyOf = graph.object(column, 'gov:copyOf');
  const origin = graph.object(copyOf, 'gov:resource');
  const samples = graph.object(column, 'gov:samples');
  return present({
    name: text('csvw:title') ?? text('csvw:name'),
    type: text('gov:itemType') ?? typeOf(graph.object(column, 'csvw:datatype')),
    length: numberOf(text('gov:length')),
    scale: numberOf(text('gov:scale')),
    level: text('gov:level'),
    secrecy: text('gov:secrecy'),
    sharing: text('gov:sharing'),
    opening: text('gov:opening'),
    element: text('gov:element'),
    copyOf: origin && present({ resource: codeOf(graph, origin), item: graph.text(copyOf, 'gov:item') }),
    samples: samples && graph.list(samples, DCAT_LIMITS.list)?.map(({ value }) => value),
    responsible:
      graph.text(graph.object(column, 'gov:responsible'), 'dct:identifier') ??
      lastStep(graph, column, 'gov:responsible'),
    source: text('gov:source'),
    updating: text('gov:updating'),
    quality: text('gov:quality'),
    usage: text('gov:usage'),
    note: text('rdfs:comment'),
  });
}

/** Of a column that another program wrote: the first type of the guide that has its datatype. */
function typeOf(datatype: Term | undefined): string | undefined {
  const name = datatype && isNamed(datatype) ? stepOf(datatype.value.replace('#', '/')) : datatype?.value;
  return ITEM_TYPES.find(({ label }) => DATATYPES[label] === name)?.label;
}

const numberOf = (text: string | undefined): number | undefined =>
  text === undefined || !/^\d{1,9}$/.test(text) ? undefined : Number(text);
