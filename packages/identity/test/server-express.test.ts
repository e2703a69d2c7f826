/** The adapter alone; behind Express itself, and behind Hono, it is tried where these are installed. */
import { type ExpressRequest, identity } from '@gov/identity/server/express';
import { type IdentityVariables, identity as onHono } from '@gov/identity/server/hono';
import { describe, expect, it } from 'vitest';
import { API } from './issuers.js';
import { accessToken, holder, proved, server, URL_HERE } from './server-world.js';

async function through(
  { options }: ReturnType<typeof server>,
  rawHeaders: readonly string[],
  more: { readonly originalUrl?: string; readonly destroyed?: boolean } = {},
) {
  const { originalUrl = new URL(URL_HERE).pathname, destroyed = false } = more;
  const request: ExpressRequest = { method: 'GET', originalUrl, rawHeaders };
  const headers: Record<string, string> = {};
  const calls: unknown[][] = [];
  const response = {
    statusCode: 200,
    destroyed,
    setHeader: (name: string, value: string) => {
      headers[name] = value;
    },
    end: (body: string) => calls.push(['end', JSON.parse(body).code]),
  };
  await identity(options)(request, response, (...error) => calls.push(['next', ...error]));
  return { status: response.statusCode, calls, headers, identity: request.identity };
}

describe('the middleware of Express', () => {
  it('goes on with an identity, once', async () => {
    const {
      status,
      calls,
      identity: who,
    } = await through(server(), ['AUTHORIZATION', `Bearer ${await accessToken()}`]);
    expect([status, calls, who?.subject.sub]).toEqual([200, [['next']], 'pairwise-person']);
  });

  it('two Authorization headers are refused, also where one is good and the other empty', async () => {
    const good = `Bearer ${await accessToken()}`;
    for (const other of [good, 'Bearer x', '']) {
      const raw = ['Host', 'a', 'Authorization', good, 'authorization', other];
      expect(await through(server(), raw)).toMatchObject({ status: 400, calls: [['end', 'request-malformed']] });
    }
  });

  it('two proofs are refused, also twice the same', async () => {
    const who = await holder();
    const { authorization, dpop } = await proved(await accessToken({ thumbprint: who.thumbprint }), who);
    for (const other of [dpop!, ''])
      expect(await through(server(), ['Authorization', authorization!, 'DPoP', dpop!, 'dpop', other])).toMatchObject({
        calls: [['end', 'proof-invalid']],
      });
  });

  it.each(['.evil.example/licenses/1', ':8443/licenses/1', 'licenses/1'])(
    'a request target %j makes no other address of this server, whatever its proof is for',
    async (originalUrl) => {
      const who = await holder();
      const token = await accessToken({ thumbprint: who.thumbprint });
      const { authorization, dpop } = await proved(token, who, { url: `${API}${originalUrl}` });
      const answer = await through(server(), ['Authorization', authorization!, 'DPoP', dpop!], { originalUrl });
      expect(answer).toMatchObject({ status: 401, calls: [['end', 'proof-invalid']] });
    },
  );

  it.each(['http://evil.example/licenses/1', '*', '', '@evil.example/licenses/1', ':80/licenses/1'])(
    'a request target %j has no proof',
    async (originalUrl) => {
      const who = await holder();
      const { authorization, dpop } = await proved(await accessToken({ thumbprint: who.thumbprint }), who);
      const raw = ['Authorization', authorization!, 'DPoP', dpop!];
      expect(await through(server(), raw, { originalUrl })).toMatchObject({ calls: [['end', 'proof-invalid']] });
      expect(await through(server(), raw)).toMatchObject({ calls: [['next']] });
    },
  );

  it('does not go on for a client that is gone', async () => {
    const raw = ['Authorization', `Bearer ${await accessToken()}`];
    expect(await through(server(), raw, { destroyed: true })).toMatchObject({ calls: [], identity: undefined });
  });

  it('hands over what ports throw', async () => {
    const broken = server({
      clock: () => {
        throw new Error('bug');
      },
    });
    expect((await through(broken, [])).calls).toEqual([['next', expect.objectContaining({ message: 'bug' })]]);
  });

  it('does not take what follows it for a failure of its own', async () => {
    const raw = ['Authorization', `Bearer ${await accessToken()}`];
    const response = { statusCode: 200, destroyed: false, setHeader: () => {}, end: () => {} };
    let calls = 0;
    const next = (): void => {
      calls += 1;
      throw new Error('of a handler');
    };
    const middleware = identity(server().options);
    const request = { method: 'GET', originalUrl: '/', rawHeaders: raw };
    await expect(middleware(request, response, next)).rejects.toThrow('of a handler');
    expect(calls).toBe(1);
  });
});

describe('the middleware of Hono', () => {
  const through = async (headers: HeadersInit) => {
    const variables: Partial<IdentityVariables> = {};
    let calls = 0;
    const context = {
      req: { raw: new Request(URL_HERE, { headers }) },
      set: (name: 'identity', value: IdentityVariables['identity']) => {
        variables[name] = value;
      },
      header: () => {},
    };
    const answer = await onHono(server().options)(context, async () => {
      calls += 1;
    });
    return { answer, calls, sub: variables.identity?.subject.sub };
  };

  it('goes on with an identity, and not without', async () => {
    const authorization = `Bearer ${await accessToken()}`;
    expect(await through({ authorization })).toEqual({ answer: undefined, calls: 1, sub: 'pairwise-person' });
    const refused = await through({ authorization: `${authorization}x` });
    expect([refused.answer?.status, refused.calls, refused.sub]).toEqual([401, 0, undefined]);
  });
});
