/** `gov token issue`: an access token, signed with a key of this machine. */
import { issueAccessToken, mandateClaim, readMandate, SUBJECT_KINDS, type SubjectKind } from '@gov/identity';
import { readJson } from '@gov/token/json';
import { jwkThumbprint, publicJwk } from '@gov/token/jwk';
import { GovError } from '@gov/verdict';
import { numberOf, PASSWORD_FILE, signerOf, timeOf } from '../arguments.js';
import { command, type OptionDefinition } from '../command.js';
import { readInput, writeOutputs } from '../files.js';
import { publicKeysOf } from '../trust-list-file.js';

const kindOption = (about: OptionDefinition['about']) =>
  ({ type: 'string', value: SUBJECT_KINDS.join('|'), about }) as const satisfies OptionDefinition;

export const tokenIssue = command({
  noun: 'token',
  verb: 'issue',
  about: { en: 'issue an access token (RFC 9068)', zh: '签发访问令牌（RFC 9068）' },
  words: [],
  options: {
    issuer: { type: 'string', value: 'URL', about: { en: 'who issues it', zh: '签发者' }, required: true },
    key: {
      type: 'string',
      value: 'FILE',
      about: { en: 'private key of the issuer', zh: '签发者私钥' },
      required: true,
    },
    'key-password-file': PASSWORD_FILE,
    kid: {
      type: 'string',
      value: 'KID',
      about: {
        en: 'name of the key (its thumbprint, as in gov token jwks)',
        zh: '密钥标识（默认为指纹，同 gov token jwks）',
      },
    },
    subject: { type: 'string', value: 'SUB', about: { en: 'whom it is about', zh: '主体标识' }, required: true },
    'subject-kind': kindOption({
      en: 'natural-person (default) or legal-person',
      zh: '主体类别：自然人（默认）或法人',
    }),
    audience: {
      type: 'string',
      value: 'URL',
      multiple: true,
      about: { en: 'a server that it is for', zh: '接收方（可多个）' },
      required: true,
    },
    client: { type: 'string', value: 'ID', about: { en: 'application that gets it', zh: '应用标识' }, required: true },
    scope: {
      type: 'string',
      value: 'SCOPE',
      multiple: true,
      about: { en: 'what may be done', zh: '权限范围（可多个）' },
    },
    level: { type: 'string', value: 'N', about: { en: 'assurance level', zh: '身份保障等级' }, required: true },
    'login-time': { type: 'string', value: 'TIME', about: { en: 'when the person logged in', zh: '登录时间' } },
    lifetime: { type: 'string', value: 'S', about: { en: 'seconds that it lives (600)', zh: '有效秒数（默认 600）' } },
    actor: { type: 'string', value: 'SUB', about: { en: 'who acts for the subject', zh: '代为操作者（经办人）' } },
    'actor-kind': kindOption({ en: 'of a person that acts; none for a program', zh: '操作者类别；程序则不填' }),
    mandate: {
      type: 'string',
      value: 'F.json',
      about: { en: 'mandate that the actor acts under', zh: '操作者所凭的授权委托' },
    },
    'bind-to': {
      type: 'string',
      value: 'PUB',
      about: { en: 'public key that it is bound to (DPoP)', zh: '绑定的公钥（DPoP）' },
    },
    out: { type: 'string', value: 'FILE', about: { en: 'write it here, not to the screen', zh: '写入文件而不显示' } },
  },
  async run(_words, values, { at, force, readStdin }) {
    const { actor, mandate, out, lifetime } = values;
    const scope = (values.scope ?? []).flatMap((one) => one.split(' ').filter((value) => value !== ''));
    const login = values['login-time'];
    if (values['actor-kind'] !== undefined && actor === undefined)
      throw new GovError('usage', '--actor-kind goes with --actor');
    const kind = kindOf(values['actor-kind'], 'actor-kind');
    const signer = await signerOf(values.key, values['key-password-file'], readStdin);
    const { token, tokenId, expiresAt } = await issueAccessToken(
      {
        subject: { kind: kindOf(values['subject-kind'], 'subject-kind') ?? 'natural-person', sub: values.subject },
        clientId: values.client,
        audience: values.audience as readonly string[],
        scope,
        level: numberOf(values.level, 'level'),
        ...(login === undefined ? {} : { authTime: timeOf(login, 'login-time') }),
        ...(actor === undefined ? {} : { actor: { sub: actor, ...(kind === undefined ? {} : { sub_kind: kind }) } }),
        ...(mandate === undefined ? {} : { mandate: mandateClaim(readMandate(readJson(await readInput(mandate)))) }),
        ...(values['bind-to'] === undefined ? {} : { thumbprint: await thumbprintOf(values['bind-to']) }),
      },
      {
        issuer: values.issuer,
        signer,
        kid: values.kid ?? (await jwkThumbprint(publicJwk(signer.publicKey))),
        at,
        ...(lifetime === undefined ? {} : { lifetimeSeconds: numberOf(lifetime, 'lifetime') }),
      },
    );
    const json = { tokenId, expiresAt: expiresAt.toISOString() };
    if (out === undefined) return { kind: 'done', json: { token, ...json }, lines: [token] };
    await writeOutputs([{ path: out, content: `${token}\n`, secret: true }], force);
    return { kind: 'done', json: { out, ...json }, lines: [`${out}  ${json.expiresAt}`] };
  },
});

/** @throws GovError `usage` */
function kindOf(text: string | undefined, option: string): SubjectKind | undefined {
  const kind = SUBJECT_KINDS.find((one) => one === text);
  if (text !== undefined && kind === undefined)
    throw new GovError('usage', `--${option} is ${SUBJECT_KINDS.join(' or ')}, not "${text}"`);
  return kind;
}

async function thumbprintOf(file: string): Promise<string> {
  const [key, more] = await publicKeysOf(file);
  if (key === undefined || more !== undefined) throw new GovError('usage', `${file} does not hold one public key`);
  return jwkThumbprint(publicJwk(key));
}
