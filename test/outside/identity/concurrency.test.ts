/** What may happen once happens once, however many ask one PostgreSQL at once. */
import { TokenExchange } from '@gov/identity/exchange';
import { endSession } from '@gov/identity/logout';
import { TicketOffice } from '@gov/identity/ticket';
import { migrate, openStore } from '@gov/store';
import { afterAll, describe, expect, it } from 'vitest';
import { AT, CITY, CLIENT, entriesOf, LOG, world } from '../../../packages/identity/test/exchange-world.js';
import { postgresHere } from '../postgres.js';

const AT_ONCE = 64;

const postgres = await postgresHere();
afterAll(() => postgres?.stop());

/** Two stores, as two processes have them. */
async function stores() {
  const url = await postgres!.database();
  await migrate(url);
  return Promise.all([openStore(url, { connections: 8 }), openStore(url, { connections: 8 })]);
}

const atOnce = <T>(work: (turn: number) => Promise<T>): Promise<readonly T[]> =>
  Promise.all(Array.from({ length: AT_ONCE }, (_, turn) => work(turn)));

describe.skipIf(postgres === undefined)('64 at once on PostgreSQL', () => {
  it('exchange one subject token: one gets a token, and the log has one entry', async () => {
    const [first, second] = await stores();
    const statusLists = { counter: 'slots', size: 1000, uri: (list: number) => `${CITY}/status/${list}` };
    const w = world(first, { statusLists });
    const other = new TokenExchange({ ...w.options, store: second, replay: second.replay });
    const request = await w.request();
    const answers = await atOnce((turn) => (turn % 2 === 0 ? w.exchange : other).exchange(request));
    const issued = answers.flatMap((answer) => (answer.outcome === 'issued' ? [answer] : []));
    const refused = answers.flatMap((answer) => (answer.outcome === 'refused' ? [answer.error] : []));
    expect(issued).toHaveLength(1);
    expect(refused).toEqual(Array(AT_ONCE - 1).fill('invalid_request'));
    expect((await entriesOf(first)).map(({ details }) => details.token)).toEqual([issued[0]!.tokenId]);
    expect(await first.counters()).toEqual([{ counter: 'slots', last: 1 }]);
    const [kept, ...others] = await first.tokensOfSession(String(issued[0]!.claims.sid));
    expect([kept?.tokenId, others]).toEqual([issued[0]!.tokenId, []]);
    await Promise.all([first.close(), second.close()]);
  });

  it('exchange tokens of one session: all of them get one, in one session', async () => {
    const [first, second] = await stores();
    const w = world(first);
    const other = new TokenExchange({ ...w.options, store: second, replay: second.replay });
    const requests = await atOnce(() => w.request());
    const answers = await atOnce((turn) => (turn % 2 === 0 ? w.exchange : other).exchange(requests[turn]!));
    const sessions = answers.map((answer) => (answer.outcome === 'issued' ? answer.claims.sid : answer.error));
    expect(new Set(sessions).size).toBe(1);
    expect(await first.tokensOfSession(String(sessions[0]))).toHaveLength(AT_ONCE);
    expect(await first.audit.size(LOG)).toBe(AT_ONCE);
    await Promise.all([first.close(), second.close()]);
  });

  it('exchange while the session ends: no token outlives it', async () => {
    const [first, second] = await stores();
    const w = world(first);
    const requests = await atOnce(() => w.request());
    const which = { upstream: { issuer: w.options.issuers[0]!.profile.issuer, sessionId: 'province-session' } };
    const end = async () => endSession(second, which, { at: AT, log: LOG, actor: 'id-city' });
    const answers = await atOnce(async (turn) => (turn === AT_ONCE / 2 ? end() : w.exchange.exchange(requests[turn]!)));
    const tokens = answers.flatMap((answer) =>
      'outcome' in answer && answer.outcome === 'issued' ? [answer.tokenId] : [],
    );
    const kept = await Promise.all(tokens.map((tokenId) => first.token(tokenId)));
    expect(kept.filter((token) => token?.revokedAt === undefined)).toEqual([]);
    expect((await w.exchange.exchange(await w.request())).outcome).toBe('refused');
    await Promise.all([first.close(), second.close()]);
  });

  it('redeem one ticket: one gets the login, and the log has one entry', async () => {
    const [first, second] = await stores();
    const [office, other] = [first, second].map((store) => new TicketOffice({ store, log: LOG, actor: 'id-city' }));
    const application = { clientId: CLIENT, redirectUri: 'https://portal.example.gov.cn/login' };
    const { ticket } = await office!.issue({ ...application, login: { sub: 'x' } }, AT);
    const answers = await atOnce((turn) => (turn % 2 === 0 ? office! : other!).redeem({ ...application, ticket }, AT));
    expect(answers.filter((answer) => answer !== undefined)).toEqual([{ sub: 'x' }]);
    expect((await entriesOf(first)).map(({ action }) => action)).toEqual(['ticket-redeem']);
    await Promise.all([first.close(), second.close()]);
  });
});
