import { GovError } from '@gov/verdict';

/** Outside Node nobody knows where the page keeps its files: the caller passes the module. */
export async function resvgWasm(): Promise<Uint8Array> {
  throw new GovError('backend-unavailable', 'pass the bytes of @resvg/resvg-wasm/index_bg.wasm as `wasm`');
}
