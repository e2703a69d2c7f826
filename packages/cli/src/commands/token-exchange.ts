/** `gov token exchange`: a token for another one, of another domain (RFC 8693, 令牌交换). */
import { EXCHANGE_TOKEN_TYPES, TOKEN_EXCHANGE_GRANT } from '@gov/identity/exchange';
import { jwkThumbprint, publicJwk } from '@gov/token/jwk';
import { readJwt } from '@gov/token/jwt';
import { GovError } from '@gov/verdict';
import { PASSWORD_FILE, signerOf } from '../arguments.js';
import { command } from '../command.js';
import { writeOutputs } from '../files.js';
import { refuseStdinTwice } from '../password.js';
import { askTokenEndpoint } from '../token-endpoint.js';
import { tokenTextOf } from '../token-text.js';

const ACCESS_TOKEN = EXCHANGE_TOKEN_TYPES.access_token;

export const tokenExchange = command({
  noun: 'token',
  verb: 'exchange',
  about: { en: 'exchange a token at a token endpoint (RFC 8693)', zh: '向令牌端点交换令牌（RFC 8693）' },
  words: ['FILE|-'],
  options: {
    endpoint: { type: 'string', value: 'URL', about: { en: 'the token endpoint', zh: '令牌端点' }, required: true },
    client: { type: 'string', value: 'ID', about: { en: 'application that asks', zh: '应用标识' }, required: true },
    key: {
      type: 'string',
      value: 'FILE',
      about: { en: 'private key of the application', zh: '应用私钥' },
      required: true,
    },
    'key-password-file': PASSWORD_FILE,
    kid: {
      type: 'string',
      value: 'KID',
      about: { en: 'name of that key (its thumbprint)', zh: '该密钥的标识（默认指纹）' },
    },
    'assertion-audience': {
      type: 'string',
      value: 'URL',
      about: {
        en: 'issuer at the endpoint, whom the application proves itself to (the endpoint)',
        zh: '应用身份证明的接收方（默认为端点）',
      },
    },
    'actor-token': { type: 'string', value: 'FILE|-', about: { en: 'token of who acts', zh: '操作者的令牌' } },
    audience: {
      type: 'string',
      value: 'NAME',
      multiple: true,
      about: { en: 'whom the new token is for', zh: '新令牌的接收方' },
    },
    resource: {
      type: 'string',
      value: 'URL',
      multiple: true,
      about: { en: 'server that it is for', zh: '新令牌所访问的服务' },
    },
    scope: {
      type: 'string',
      value: 'SCOPE',
      multiple: true,
      about: { en: 'what may be done with it', zh: '权限范围' },
    },
    'dpop-key': {
      type: 'string',
      value: 'FILE',
      about: { en: 'private key that the new token is bound to', zh: '新令牌所绑定的私钥（DPoP）' },
    },
    'dpop-key-password-file': PASSWORD_FILE,
    out: { type: 'string', value: 'FILE', about: { en: 'write it here, not to the screen', zh: '写入文件而不显示' } },
  },
  async run([file], values, { at, force, readStdin }) {
    const { endpoint: url, kid, out, 'actor-token': actor, 'dpop-key': dpopKey } = values;
    const [password, dpopPassword] = [values['key-password-file'], values['dpop-key-password-file']];
    if (dpopKey === undefined && dpopPassword !== undefined)
      throw new GovError('usage', '--dpop-key-password-file goes with --dpop-key');
    refuseStdinTwice(file, actor, password, dpopPassword);
    const form = new URLSearchParams({
      grant_type: TOKEN_EXCHANGE_GRANT,
      subject_token: await readToken(file!, readStdin),
      subject_token_type: ACCESS_TOKEN,
      requested_token_type: ACCESS_TOKEN,
    });
    if (actor !== undefined) {
      form.set('actor_token', await readToken(actor, readStdin));
      form.set('actor_token_type', ACCESS_TOKEN);
    }
    for (const audience of values.audience ?? []) form.append('audience', audience);
    for (const resource of values.resource ?? []) form.append('resource', resource);
    if (values.scope !== undefined) form.set('scope', values.scope.join(' '));
    const signer = await signerOf(values.key, password, readStdin);
    const answer = await askTokenEndpoint(
      {
        url,
        audience: values['assertion-audience'] ?? url,
        clientId: values.client,
        client: { kid: kid ?? (await jwkThumbprint(publicJwk(signer.publicKey))), signer },
        ...(dpopKey === undefined ? {} : { holder: await signerOf(dpopKey, dpopPassword, readStdin) }),
        at,
        fetch,
      },
      form,
    );
    const { access_token: token, token_type: type, issued_token_type: issued, expires_in: expires, scope } = answer;
    const bound = dpopKey === undefined ? 'bearer' : 'dpop';
    // A bearer token in place of a bound one is not what was asked for, and worth more to a thief (RFC 9449 5).
    if (typeof token !== 'string' || token === '' || issued !== ACCESS_TOKEN || String(type).toLowerCase() !== bound)
      throw new GovError('token-endpoint-answer-wrong', `the token endpoint gave no ${bound} access token`);
    const json = {
      tokenType: type,
      ...(typeof expires === 'number' ? { expiresIn: expires } : {}),
      ...(typeof scope === 'string' ? { scope } : {}),
    };
    if (out === undefined) return { kind: 'done', json: { token, ...json }, lines: [token] };
    await writeOutputs([{ path: out, content: `${token}\n`, secret: true }], force);
    return { kind: 'done', json: { out, ...json }, lines: [out] };
  },
});

/** What is none is not sent anywhere. */
async function readToken(file: string, readStdin: () => Promise<Uint8Array>): Promise<string> {
  const text = await tokenTextOf(file, readStdin);
  readJwt(text);
  return text;
}
