/** JSON-LD 1.1, one node after another. */
import type { RdfNode, RdfValue } from './node.js';
import { type DcatCatalog, dcatNodes, type Records } from './nodes.js';
import { NAMESPACES } from './vocabulary.js';

/** Pieces of UTF-8 of about this many characters. */
const PIECE = 16_384;

/**
 * Writes a catalogue as JSON-LD, in pieces of UTF-8. The context stands in the document: nothing has to be fetched to read it.
 *
 * @throws GovError `invalid-argument` for a base that is none; whatever the source throws
 */
export async function* writeJsonLd(records: Records, catalog: DcatCatalog): AsyncGenerator<Uint8Array, void> {
  const encoder = new TextEncoder();
  let text = `{"@context":${JSON.stringify({ '@version': 1.1, ...NAMESPACES })},"@graph":[\n`;
  let separator = '';
  for await (const node of dcatNodes(records, catalog)) {
    text += separator + JSON.stringify(objectOf(node));
    separator = ',\n';
    if (text.length < PIECE) continue;
    yield encoder.encode(text);
    text = '';
  }
  yield encoder.encode(`${text}\n]}\n`);
}

function objectOf({ id, types, properties }: RdfNode): object {
  const members: Record<string, unknown> = {
    ...(id === undefined ? {} : { '@id': id }),
    ...(types.length === 0 ? {} : { '@type': types }),
  };
  for (const [name, value] of properties) {
    const json = jsonOf(value);
    const there = members[name];
    members[name] = there === undefined ? json : Array.isArray(there) ? [...there, json] : [there, json];
  }
  return members;
}

function jsonOf(value: RdfValue): unknown {
  if ('iri' in value) return { '@id': value.iri };
  if ('text' in value) return { '@value': value.text, '@language': 'zh' };
  if ('list' in value) return { '@list': value.list.map(jsonOf) };
  if ('value' in value)
    return value.datatype === undefined ? value.value : { '@value': value.value, '@type': value.datatype };
  return objectOf(value);
}
