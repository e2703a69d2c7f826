/** Keeps both pages for days without a network. What issuers and logs answer is never kept here. */
declare const SHELL: readonly string[];
declare const EDITION: string;

/** What this file uses of ServiceWorkerGlobalScope: its types and those of pages exclude each other. */
interface Scope {
  addEventListener(type: 'install' | 'activate', listen: (event: Waiting) => void): void;
  addEventListener(type: 'fetch', listen: (event: Fetching) => void): void;
  skipWaiting(): Promise<void>;
  readonly clients: { claim(): Promise<void> };
  readonly location: Location;
}
interface Waiting {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetching {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

const scope = self as unknown as Scope;

scope.addEventListener('install', (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(EDITION);
      // All of them or none: half an edition is not installed.
      await cache.addAll([...SHELL]);
      await scope.skipWaiting();
    })(),
  );
});

scope.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) if (name !== EDITION) await caches.delete(name);
      await scope.clients.claim();
    })(),
  );
});

scope.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== scope.location.origin || !SHELL.includes(pathname)) return;
  event.respondWith((async () => (await (await caches.open(EDITION)).match(pathname)) ?? fetch(request))());
});
