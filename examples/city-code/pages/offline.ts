/** Keeps this page for when there is no network: the service worker holds it, the browser is asked not to throw its data away. */
export async function keepOffline(): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  await navigator.serviceWorker.register('/service-worker.js');
  await navigator.serviceWorker.ready;
  await navigator.storage?.persist?.();
}
