/**
 * One process at a time in one directory, by what the system itself ends with the process: a listening socket.
 *
 * Whoever wants the directory publishes a claim, a socket of a new name that listens already, and only then looks at the claims
 * of others. A socket that answers is a living claim: the directory is not ours. Of two that look at once, each sees the other:
 * both withdraw and try again at another time, so that never two go on. A claim whose process is gone does not answer, and since
 * its name never comes again anybody may remove it. Nothing here rests on process ids, clocks or on who removes what first.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, statfs, symlink } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GovError } from '@gov/verdict';

interface DirectoryLock {
  release(): Promise<void>;
}

/** How long contenders that meet try again, milliseconds; a holder is met once. */
const PATIENCE = 10_000;

/** Longest path that the address of a socket holds on every system. */
const MAX_SOCKET_PATH = 100;

/** File systems over a network: a socket there answers only on its own machine (statfs f_type: NFS, SMB, CIFS, SMB2, Ceph, Lustre, AFS, FUSE, 9p, GPFS, GFS2, OCFS2, BeeGFS). */
const NETWORK_FILE_SYSTEMS: ReadonlySet<number> = new Set([
  0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x00c36400, 0x0bd00bd0, 0x5346414f, 0x65735546, 0x01021997, 0x47504653,
  0x01161970, 0x7461636f, 0x19830326,
]);

/** Name of a claim: its process, only to be told to people, and what makes it unlike any other. */
const CLAIM = /^claim-(\d+)-([0-9a-f]{32})$/;

/**
 * @param directory where claims are kept; made where there is none
 * @throws GovError `store-locked`, its message begins with `ERR_STORE_LOCKED`; `store-unavailable` where the file system takes no sockets
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  await mkdir(directory, { recursive: true });
  const { type } = await statfs(directory);
  if (NETWORK_FILE_SYSTEMS.has(type))
    throw new GovError(
      'store-unavailable',
      'an embedded database must lie on a disk of this machine, not on a network',
    );
  const deadline = performance.now() + PATIENCE;
  for (;;) {
    const claim = await publishClaim(directory);
    try {
      const others = await livingClaims(directory, claim.id);
      if (others.length === 0) {
        await claim.hold();
        return { release: claim.withdraw };
      }
      const holder = others.find(({ holds }) => holds) ?? (performance.now() > deadline ? others[0] : undefined);
      if (holder !== undefined)
        throw new GovError(
          'store-locked',
          `ERR_STORE_LOCKED: the directory is open already (process ${holder.pid}); only one process at a time may open it`,
        );
    } catch (error) {
      await claim.withdraw();
      throw error;
    }
    await claim.withdraw();
    await sleep(Math.random() * 100);
  }
}

interface Claim {
  readonly id: string;
  /** Tells those that come later at once that this one is no contender. */
  hold(): Promise<void>;
  withdraw(): Promise<void>;
}

async function publishClaim(directory: string): Promise<Claim> {
  const id = randomBytes(16).toString('hex');
  const name = `claim-${process.pid}-${id}`;
  const path = join(directory, name);
  const held = join(directory, `held-${id}`);
  const born = join(directory, `new-${id}`);
  // Listens before it has the name by which others look for it: a claim that does not answer is dead.
  const server = await listenAt(directory, `new-${id}`);
  const withdraw = async (): Promise<void> => {
    await rm(held, { force: true });
    await rm(path, { force: true });
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  try {
    await rename(born, path);
  } catch (error) {
    await withdraw();
    throw error;
  }
  return {
    id,
    withdraw,
    async hold() {
      await (await open(held, 'wx')).close();
    },
  };
}

async function listenAt(directory: string, name: string): Promise<Server> {
  const server = createServer((socket) => socket.destroy());
  // The claim ends with the process and does not keep it.
  server.unref();
  return throughShortPath(directory, name, async (path) => {
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        // `exclusive`: in a cluster the primary process would listen in our stead.
        server.listen({ path, exclusive: true }, resolve);
      });
      return server;
    } catch (error) {
      throw new GovError(
        'store-unavailable',
        `the directory of an embedded database takes no socket (${(error as NodeJS.ErrnoException).code ?? 'error'}): it needs a local file system of Linux, macOS or BSD`,
      );
    }
  });
}

/** All that answer but one's own; those that do not are removed. */
async function livingClaims(
  directory: string,
  own: string,
): Promise<{ readonly pid: string; readonly holds: boolean }[]> {
  const names = await readdir(directory);
  const living: { pid: string; holds: boolean }[] = [];
  for (const name of names) {
    const [, pid = '', id = ''] = CLAIM.exec(name) ?? [];
    if (id === '' || id === own) continue;
    const answers = await throughShortPath(directory, name, answersAt);
    if (answers) {
      living.push({ pid, holds: names.includes(`held-${id}`) });
      continue;
    }
    await rm(join(directory, `held-${id}`), { force: true });
    await rm(join(directory, name), { force: true });
  }
  return living;
}

/** The system answers for a process that listens, also for one that is busy or stopped. */
function answersAt(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      // Whatever else went wrong, e.g. a full queue: somebody is there.
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT');
    });
  });
}

/** The address of a socket has about 100 characters: longer paths go by a link. */
async function throughShortPath<T>(directory: string, name: string, use: (path: string) => Promise<T>): Promise<T> {
  const path = join(directory, name);
  if (Buffer.byteLength(path) <= MAX_SOCKET_PATH) return use(path);
  const link = join(tmpdir(), `gov-${randomBytes(8).toString('hex')}`);
  await symlink(directory, link);
  try {
    return await use(join(link, name));
  } finally {
    await rm(link, { force: true });
  }
}
