/** One scanned code, and the service that it is for (分码路由). */
import { GovError } from '@gov/verdict';
import type { CodeReader, ReadCode } from './adapter.js';

export const ROUTER_LIMITS = {
  /** Octets, or characters, of what is scanned. */
  scanned: 4096,
  /** Readers of a router. */
  readers: 64,
} as const;

/** At a scene (场景), codes of a system are for a service. */
export interface CodeRoute {
  /** 0 to 65535. */
  readonly scene: number;
  /** The name of a reader. */
  readonly system: string;
  readonly service: string;
}

export interface RoutedCode {
  readonly service: string;
  readonly code: ReadCode;
}

/**
 * Hands what is scanned to the right service by scene. It never guesses: whatever the order of readers and routes, one text has
 * one answer, or none.
 *
 * @example
 * import { bankCards, CodeRouter, cityCodes } from '@gov/city-code/merge';
 *
 * const router = new CodeRouter({
 *   readers: [cityCodes(), bankCards()],
 *   routes: [{ scene: 7, system: 'city-code', service: 'library' }, { scene: 7, system: 'bank-card', service: 'cashier' }],
 * });
 * console.log(router.route('6222021234567894', 7).service); // cashier
 */
export class CodeRouter {
  /** By scene: each reader that has a service there. */
  readonly #scenes = new Map<number, { readonly reader: CodeReader; readonly service: string }[]>();

  /** @throws GovError `invalid-argument` for two readers of one name, two routes of one scene and system, and a system without a reader */
  constructor({ readers, routes }: { readonly readers: readonly CodeReader[]; readonly routes: readonly CodeRoute[] }) {
    const byName = new Map(readers.map((reader) => [reader.name, reader]));
    demand(byName.size === readers.length, 'two readers have one name');
    demand(readers.length <= ROUTER_LIMITS.readers, `a router has at most ${ROUTER_LIMITS.readers} readers`);
    for (const { scene, system, service } of routes) {
      const reader = byName.get(system);
      demand(reader !== undefined, `no reader is named ${system}`);
      demand(Number.isInteger(scene) && scene >= 0 && scene <= 0xffff, 'the scene has 16 bits');
      const here = this.#scenes.get(scene) ?? [];
      demand(!here.some((other) => other.reader === reader), `two routes for ${system} at scene ${scene}`);
      this.#scenes.set(scene, [...here, { reader: reader!, service }]);
    }
  }

  /**
   * The service for a scanned code, and the code as its system reads it.
   *
   * @throws GovError `input-too-large`; `code-not-routed` where no system that has a service at the scene knows the code;
   *   `code-ambiguous` where several do. Neither repeats the code.
   */
  route(scanned: Uint8Array | string, scene: number): RoutedCode {
    if (scanned.length > ROUTER_LIMITS.scanned)
      throw new GovError('input-too-large', `a code of more than ${ROUTER_LIMITS.scanned} octets`);
    const found = (this.#scenes.get(scene) ?? []).flatMap(({ reader, service }) => {
      const code = reader.read(scanned);
      return code === undefined ? [] : [{ service, code }];
    });
    const [first, ...others] = found;
    if (first === undefined) throw new GovError('code-not-routed', `no service at scene ${scene} takes this code`);
    if (others.length > 0) {
      const systems = found.map(({ code }) => code.system).sort();
      throw new GovError('code-ambiguous', `the code may be of ${systems.join(' or ')}`);
    }
    return first;
  }
}

function demand(holds: boolean, what: string): void {
  if (!holds) throw new GovError('invalid-argument', what);
}
