import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Running {
  readonly port: number;
  close(): Promise<void>;
}

/** On a free port of this machine. Heads of 256 KiB get through, so that it is our own limits that are met. */
export async function listen(listener: RequestListener): Promise<Running> {
  const server = createServer({ maxHeaderSize: 262_144 }, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
