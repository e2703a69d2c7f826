/** Turtle, one node after another. */
import { DataFactory, type Quad_Object, type Quad_Subject, Writer } from 'n3';
import { full } from './graph.js';
import type { RdfNode, RdfValue } from './node.js';
import { type DcatCatalog, dcatNodes, type Records } from './nodes.js';
import { NAMESPACES } from './vocabulary.js';

const { namedNode, literal } = DataFactory;

/** Pieces of UTF-8 of about this many characters. */
const PIECE = 16_384;

export async function* writeTurtle(records: Records, catalog: DcatCatalog): AsyncGenerator<Uint8Array, void> {
  const encoder = new TextEncoder();
  let text = '';
  const write = (chunk: string, _encoding: string, done?: () => void): void => {
    text += chunk;
    done?.();
  };
  const writer = new Writer({ write, end: (done?: () => void) => done?.() }, { prefixes: NAMESPACES });
  for await (const node of dcatNodes(records, catalog)) {
    const subject = namedNode(node.id!);
    for (const [name, object] of statements(writer, node)) writer.addQuad(subject, namedNode(full(name)), object);
    if (text.length < PIECE) continue;
    yield encoder.encode(text);
    text = '';
  }
  writer.end();
  yield encoder.encode(text);
}

function statements(writer: Writer, { types, properties }: RdfNode): (readonly [name: string, object: Quad_Object])[] {
  return [
    ...types.map((type) => ['rdf:type', namedNode(full(type))] as const),
    ...properties.map(([name, value]) => [name, objectOf(writer, value)] as const),
  ];
}

function objectOf(writer: Writer, value: RdfValue): Quad_Object {
  if ('iri' in value) return namedNode(value.iri);
  if ('text' in value) return literal(value.text, 'zh');
  if ('list' in value) return writer.list(value.list.map((one) => objectOf(writer, one))) as unknown as Quad_Object;
  if ('value' in value)
    return value.datatype === undefined ? literal(value.value) : literal(value.value, namedNode(full(value.datatype)));
  return writer.blank(
    statements(writer, value).map(([name, object]) => ({ predicate: namedNode(full(name)), object })),
  ) as unknown as Quad_Subject as Quad_Object;
}
