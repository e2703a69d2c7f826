/** `gov serve license`: the status lists of a register, over HTTP. */
import { statusListHandler } from '@gov/token/status-list';
import { type Command, command } from '../command.js';
import { openDatabase } from '../database.js';
import { serveHttp } from '../http-server.js';
import { baseOf, PUBLISH_OPTIONS, publishersOf, publishSettingsOf } from '../license-status.js';
import { LISTEN_OPTIONS, listenOf } from '../listen.js';
import { warn } from '../output.js';

const PATH = '/status/';

const license = command({
  noun: 'serve',
  verb: 'license',
  about: {
    en: 'serve the status lists of licences: /status/<issuer>/<list>',
    zh: '提供证照状态列表服务：/status/<机构代码>/<列表号>',
  },
  words: [],
  options: {
    ...PUBLISH_OPTIONS,
    base: {
      type: 'string',
      value: 'URL',
      about: {
        en: 'what is public for /status/ here, e.g. by a proxy (the address it listens on)',
        zh: '本服务 /status/ 对外的地址，如经反向代理（默认监听地址）',
      },
    },
    ...LISTEN_OPTIONS,
  },
  async run(_words, values, { readStdin }) {
    const place = await listenOf(values);
    const settings = await publishSettingsOf(values, readStdin);
    const stated = values.base === undefined ? undefined : baseOf(values.base);
    const store = await openDatabase(values.database);
    try {
      const clock = () => new Date();
      let handle = async (_request: Request): Promise<Response> => new Response(null, { status: 503 });
      const { url, closed } = await serveHttp({ handler: (request) => handle(request), ...place });
      // Which port it is may be known only now.
      const base = stated ?? `${url}${PATH.slice(1)}`;
      const publishers = publishersOf(store, base, settings, clock);
      handle = statusListHandler({
        base,
        path: PATH,
        formats: ['jwt', 'cwt'],
        clock,
        token: async (uri, format) => {
          const [issuer = ''] = uri.slice(base.length).split('/');
          return publishers.get(issuer)?.tokenAt(uri, format);
        },
        onError: (error) => warn(error instanceof Error ? error.message : 'the list could not be made'),
      });
      const bases = settings.codes.map((code) => `${base}${code}/`);
      return {
        kind: 'serving',
        json: { url, statusBase: bases },
        lines: [url, ...bases],
        closed: closed.finally(() => store.close()),
      };
    } catch (error) {
      await store.close();
      throw error;
    }
  },
});

export const SERVE_LICENSE_COMMANDS: readonly Command[] = [license];
