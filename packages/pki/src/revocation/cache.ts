/** Fetched revocation data, kept until something newer is due. */

/** Where fetched revocation data is kept (缓存): in memory, in a file, in a database. */
export interface RevocationCache {
  /** What was put under this key, if `at` is not after its expiry. */
  get(key: string, at: Date): Promise<Uint8Array | undefined>;
  /** Keeps bytes that were verified. The key names URL, issuer and, for OCSP, the certificate. */
  put(key: string, bytes: Uint8Array, expires: Date): Promise<void>;
}

/** Bytes that a cache in memory keeps (128 MiB): about five national CRLs. */
export const MEMORY_CACHE_MAX_BYTES = 128 * 1024 * 1024;

/**
 * A cache in memory; past its size the oldest goes first.
 *
 * @example
 * const cache = memoryRevocationCache();
 */
export function memoryRevocationCache(maxBytes = MEMORY_CACHE_MAX_BYTES): RevocationCache {
  const kept = new Map<string, { readonly bytes: Uint8Array; readonly expires: Date }>();
  let size = 0;
  const drop = (key: string) => {
    size -= kept.get(key)?.bytes.length ?? 0;
    kept.delete(key);
  };
  return {
    async get(key, at) {
      const found = kept.get(key);
      return found !== undefined && at <= found.expires ? found.bytes : undefined;
    },
    async put(key, bytes, expires) {
      drop(key);
      if (bytes.length > maxBytes) return;
      kept.set(key, { bytes, expires });
      size += bytes.length;
      for (const oldest of kept.keys()) {
        if (size <= maxBytes) break;
        drop(oldest);
      }
    },
  };
}
