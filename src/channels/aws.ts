import { neverReachedServer, property } from '../shared/network-error.ts';
import { permanent, type SendResult, transient, unknown } from './channel.ts';

/**
 * Client options for calls that must not be repeated behind our back: one attempt, a limit on waiting (ms), and a
 * connection per call. A kept connection that the other side closed while the function was frozen fails with the same
 * reset as one that broke after the message was taken; a fresh one cannot.
 */
export const singleAttempt = {
  maxAttempts: 1,
  requestHandler: {
    connectionTimeout: 3_000,
    requestTimeout: 10_000,
    throwOnRequestTimeout: true,
    httpAgent: { keepAlive: false },
    httpsAgent: { keepAlive: false },
  },
} as const;

const THROTTLED = /Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|LimitExceeded/;

/**
 * What an SDK error says about the message. `known` decides by the error's name (`InvalidParameterException`) and comes
 * first; the rest goes by the HTTP status, or, without an answer, by whether the request can have arrived.
 */
export function classifyAwsError(
  error: unknown,
  known: Readonly<Record<string, (message: string) => SendResult>> = {},
): SendResult {
  const name = String(property(error, 'name'));
  const message = String(property(error, 'message'));
  const byName = Object.hasOwn(known, name) ? known[name] : undefined;
  if (byName) return byName(message);

  const status = property(property(error, '$metadata'), 'httpStatusCode');
  if (typeof status === 'number') return classifyStatus(status, name);

  const code = property(error, 'code');
  // Told from the other timeouts, which come after the request, by its text only.
  const neverConnected = name === 'TimeoutError' && /did not establish a connection/.test(message);
  if (neverConnected || neverReachedServer(error)) return transient('PROVIDER_UNAVAILABLE');
  if (name === 'CredentialsProviderError') return permanent('CREDENTIALS_REJECTED');
  if (name === 'TimeoutError' || typeof code === 'string') return unknown();
  throw error;
}

function classifyStatus(status: number, name: string): SendResult {
  if (status === 429 || THROTTLED.test(name)) return transient('RATE_LIMITED');
  if (status === 401 || status === 403) return permanent('CREDENTIALS_REJECTED');
  if (status === 413) return permanent('MESSAGE_TOO_LARGE');
  // A gateway that gave up waiting does not know what the server behind it did; neither do we after an unreadable yes.
  if (status === 504 || status < 400) return unknown();
  if (status === 408 || status >= 500) return transient('PROVIDER_UNAVAILABLE');
  return permanent('PROVIDER_REJECTED');
}
