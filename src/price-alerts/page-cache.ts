/** What lists have answered, kept in the memory of this process for as long as it is known to be what they would answer again. */
export interface PageCache<T> {
  /** Undefined where it is not kept, or was of another version. */
  get(name: string, version: number): T | undefined;
  put(name: string, version: number, page: T): void;
}

/** Keeps pages of up to `most` items together, those that were asked for last. A page without items counts as one. */
export function pageCache<T extends { readonly items: readonly unknown[] }>(most: number): PageCache<T> {
  // In the order in which they were asked for.
  const kept = new Map<string, { readonly version: number; readonly page: T }>();
  let items = 0;
  const weight = (page: T) => Math.max(1, page.items.length);

  function drop(name: string): void {
    const known = kept.get(name);
    if (known && kept.delete(name)) items -= weight(known.page);
  }

  function put(name: string, version: number, page: T): void {
    drop(name);
    kept.set(name, { version, page });
    items += weight(page);
    for (const oldest of kept.keys()) {
      if (items <= most) break;
      drop(oldest);
    }
  }

  return {
    get(name, version) {
      const known = kept.get(name);
      if (known?.version !== version) return undefined;
      put(name, version, known.page);
      return known.page;
    },
    put,
  };
}
