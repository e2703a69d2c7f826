/** `gov token verify`: whether a token is to be believed, by keys that the operator has. */
import { ACCESS_TOKEN_TYPE, verifyAccessToken } from '@gov/identity';
import { type JwtPolicy, verifyJwt } from '@gov/token/jwt';
import { type Finding, GovError, type Report, report } from '@gov/verdict';
import { numberOf } from '../arguments.js';
import { command } from '../command.js';
import { algorithmsOf, dialectOf, issuerKeysOf } from '../token-keys.js';
import { tokenTextOf } from '../token-text.js';

export const tokenVerify = command({
  noun: 'token',
  verb: 'verify',
  about: { en: 'verify a token of an issuer whose keys are given', zh: '用签发者的公钥核验令牌' },
  words: ['FILE|-'],
  options: {
    issuer: { type: 'string', value: 'URL', about: { en: 'who must have issued it', zh: '签发者' }, required: true },
    jwks: {
      type: 'string',
      value: 'F.json',
      about: { en: 'keys of the issuer (JWK Set)', zh: '签发者的公钥集（JWKS）' },
    },
    key: {
      type: 'string',
      value: 'PUB',
      about: { en: 'key of the issuer, whatever the kid', zh: '签发者的公钥（不看 kid）' },
    },
    audience: { type: 'string', value: 'URL', about: { en: 'whom it must be for', zh: '接收方' }, required: true },
    type: {
      type: 'string',
      value: 'TYP',
      about: {
        en: 'kind of token: at+jwt (default), JWT, statuslist+jwt … ; none, where the dialect has none',
        zh: '令牌种类：at+jwt（默认）、JWT 等；方言不写种类时为 none',
      },
    },
    algorithm: {
      type: 'string',
      value: 'ALG',
      multiple: true,
      about: { en: 'accept it, e.g. ES256 (SM2 alone)', zh: '接受的签名算法，如 ES256（默认仅 SM2）' },
    },
    dialect: {
      type: 'string',
      value: 'NAME',
      about: { en: 'how the issuer writes SM2 (gmt-0125)', zh: '签发者的国密写法（默认 gmt-0125）' },
    },
    'min-level': { type: 'string', value: 'N', about: { en: 'least assurance level', zh: '最低身份保障等级' } },
    'dpop-proof': {
      type: 'string',
      value: 'FILE',
      about: { en: 'the proof that came with it', zh: '随附的持有证明（DPoP）' },
    },
    method: { type: 'string', value: 'METHOD', about: { en: 'of the request with the proof', zh: '该请求的方法' } },
    url: { type: 'string', value: 'URL', about: { en: 'of the request with the proof', zh: '该请求的地址' } },
    nonce: { type: 'string', value: 'NONCE', about: { en: 'that the proof must answer', zh: '证明须含的随机数' } },
  },
  async run([file], values, { at, readStdin }) {
    const { type = ACCESS_TOKEN_TYPE, nonce, method, url, 'dpop-proof': proofFile, 'min-level': level } = values;
    const dialect = dialectOf(values.dialect);
    const isAccessToken = type === ACCESS_TOKEN_TYPE;
    if (!isAccessToken && (level !== undefined || proofFile !== undefined))
      throw new GovError('usage', `--min-level and --dpop-proof go with --type ${ACCESS_TOKEN_TYPE}`);
    if ([method, url].some((one) => (one === undefined) !== (proofFile === undefined)))
      throw new GovError('usage', '--dpop-proof goes with --method and --url, and they with it');
    if (nonce !== undefined && proofFile === undefined) throw new GovError('usage', '--nonce goes with --dpop-proof');
    const policy: Omit<JwtPolicy, 'typ'> = {
      issuers: [
        {
          issuer: values.issuer,
          keys: await issuerKeysOf(values.jwks, values.key, dialect),
          algorithms: algorithmsOf(values.algorithm, dialect),
          dialect,
        },
      ],
      audience: values.audience,
      at,
    };
    const text = await tokenTextOf(file!, readStdin);
    if (!isAccessToken) {
      const judged = (await verifyJwt(text, { ...policy, typ: type === 'none' ? null : type })).report;
      return { kind: 'report', report: judged };
    }
    const judged = await verifyAccessToken(text, {
      ...policy,
      ...(level === undefined ? {} : { minLevel: numberOf(level, 'min-level') }),
      ...(proofFile === undefined
        ? {}
        : {
            possession: {
              proof: await tokenTextOf(proofFile, readStdin),
              method: method!,
              url: url!,
              // One run remembers nothing: what that leaves open is said in the report.
              replay: { firstUse: async () => true },
              ...(nonce === undefined ? {} : { nonce }),
            },
          }),
    });
    return { kind: 'report', report: proofFile === undefined ? judged.report : withOpenReplay(judged.report) };
  },
});

const REPLAY_NOT_CHECKED: Finding = { check: 'replay', outcome: 'skipped', code: 'replay-not-checked' };

const withOpenReplay = ({ subject, findings, required }: Report): Report =>
  report(subject, [...findings, REPLAY_NOT_CHECKED], { required });
