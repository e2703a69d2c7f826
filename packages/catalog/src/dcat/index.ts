/**
 * `@gov/catalog/dcat`: catalogues for the web of data (DCAT 3, DCAT-AP 3) as Turtle and JSON-LD, and back.
 *
 * @example
 * import { writeTurtle } from '@gov/catalog/dcat';
 *
 * const catalog = {
 *   base: 'https://data.example.gov.cn/catalog/',
 *   title: '某市政务数据目录',
 *   description: '某市各部门的政务信息资源',
 *   publisher: { code: '11370100MB28261234', name: '某市数据局' },
 * };
 * for await (const piece of writeTurtle(records, catalog)) process.stdout.write(piece);
 *
 * @packageDocumentation
 */
import type { ReadDataset, ReadDcatOptions } from './dataset.js';
import type { DcatCatalog, Records } from './nodes.js';

export { DCAT_LIMITS, type DcatForm, type ReadDataset, type ReadDcatOptions } from './dataset.js';
export { writeJsonLd } from './json-ld.js';
export type { DcatCatalog } from './nodes.js';
export { NAMESPACES } from './vocabulary.js';

// The libraries of RDF are loaded where they are used: they look into the environment, which Deno asks its user about.

/**
 * Writes a catalogue as Turtle, in pieces of UTF-8.
 *
 * @throws GovError `invalid-argument` for a base that is none; whatever the source throws
 */
export async function* writeTurtle(records: Records, catalog: DcatCatalog): AsyncGenerator<Uint8Array, void> {
  yield* (await import('./turtle.js')).writeTurtle(records, catalog);
}

/**
 * The datasets of a DCAT document. Contexts elsewhere are not fetched: a JSON-LD document that names one is refused.
 *
 * @throws GovError `dcat-malformed` for what is no Turtle or JSON-LD, or needs a context from elsewhere; `input-too-large`,
 *   `limit-exceeded` beyond `DCAT_LIMITS`; the reason of `signal`; whatever the source throws
 */
export async function readDcat(
  source: Uint8Array | AsyncIterable<Uint8Array>,
  options: ReadDcatOptions,
): Promise<ReadDataset[]> {
  return (await import('./read.js')).readDcat(source, options);
}
