/** The keys of applications, for whoever authenticates them. */
import { fixedKeys, type KeySource } from '@gov/token/key-source';
import { type Application, keysOf } from './application.js';
import type { Directory } from './directory.js';

export interface ApplicationKeysOptions {
  /**
   * Where keys come from that an application publishes itself (`jwksUri`): a `JwksCache` of `@gov/token/jwks` for each address, held by
   * the caller. Without it they are unavailable.
   */
  readonly published?: (jwksUri: string) => KeySource;
}

/** An application that can be asked for a signature. */
export interface RegisteredApplication {
  readonly keys: KeySource;
  readonly application: Application;
}

/**
 * The port of `@gov/identity/client-authentication`: undefined for an application that is not there, is disabled, whose owner
 * is, and for one that has no keys (a native application).
 */
export function applicationKeys(
  directory: Pick<Directory, 'activeApplication'>,
  { published = () => UNAVAILABLE }: ApplicationKeysOptions = {},
): (clientId: string, at: Date) => Promise<RegisteredApplication | undefined> {
  return async (clientId) => {
    const application = await directory.activeApplication(clientId);
    if (application === undefined || application.authentication === 'none') return undefined;
    const { jwksUri } = application;
    return { application, keys: jwksUri === undefined ? fixedKeys(keysOf(application)) : published(jwksUri) };
  };
}

const UNAVAILABLE: KeySource = {
  find: async () => ({ outcome: 'unavailable', detail: 'published keys are not fetched here' }),
};
