const NEVER_REACHED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_HAS_EXPIRED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** A property of a caught value, which may be anything. */
export function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/** Whether a request failed before a single byte of it could have reached the server: no address, no connection, no TLS. */
export function neverReachedServer(error: unknown): boolean {
  const code = property(error, 'code');
  if (typeof code === 'string' && NEVER_REACHED.has(code)) return true;
  if (property(error, 'syscall') === 'connect') return true;
  const cause = property(error, 'cause');
  return cause !== undefined && neverReachedServer(cause);
}
