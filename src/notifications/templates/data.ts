import * as z from 'zod';
import type { FieldError } from '../../shared/errors.ts';
import { checkData, type NotificationKey } from './key.ts';

/**
 * Bytes of JSON. A hundred of them, escaped once more, fit into one answer of a function (6 MB; Lambda quotas), and one with its envelope
 * into a frame of the socket (32 KB, of which API Gateway closes the connection otherwise; quotas of WebSocket APIs).
 */
const MOST_IN_INBOX = 24 * 1024;
/** Bytes of JSON, where no list will hold it. */
const MOST = 96 * 1024;
/** DynamoDB nests 32 levels; some are around it. */
const MAX_DEPTH = 16;
/** The magnitude of the smallest number that DynamoDB holds (developer guide, "Naming rules and data types"). */
const SMALLEST = 1e-130;

/** Bytes of a name that DynamoDB holds (developer guide, "Naming rules and data types"). */
const LONGEST_NAME = 64 * 1024 - 1;

interface Refused {
  readonly path: (string | number)[];
  readonly reason: string;
}

/** The first thing in it that would not come back from the table as it was sent. */
function refused(value: unknown, path: (string | number)[]): Refused | undefined {
  if (typeof value === 'number') {
    const size = Math.abs(value);
    if (size > Number.MAX_SAFE_INTEGER)
      return { path, reason: 'is too large a number to be kept exactly: send it as text' };
    if (size > 0 && size < SMALLEST) return { path, reason: 'is too small a number to be kept: send it as text' };
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (path.length > MAX_DEPTH) return { path, reason: `is nested too deeply: ${MAX_DEPTH} levels are the most` };
  for (const [name, inner] of Object.entries(value)) {
    if (name === '') return { path, reason: 'has a field without a name' };
    if (Buffer.byteLength(name) > LONGEST_NAME) return { path, reason: 'has a field whose name is too long' };
    const found = refused(inner, [...path, name]);
    if (found) return found;
  }
  return undefined;
}

/** Any pairs that a notification comes with; values may be JSON of any kind. */
export const Data = z.record(z.string(), z.unknown()).superRefine((data, context) => {
  const found = refused(data, []);
  if (found) context.addIssue({ code: 'custom', path: found.path, message: found.reason });
});
type Data = z.output<typeof Data>;

/** What a key does not allow in its data, and what its templates need and don't find there. */
export function dataErrors(data: Data, key: NotificationKey): FieldError[] {
  const most = key.channels.flat().includes('inbox') ? MOST_IN_INBOX : MOST;
  if (Buffer.byteLength(JSON.stringify(data)) > most) {
    return [{ field: 'data', reason: `is too large: ${most} bytes of JSON are the most` }];
  }
  return checkData(key, data);
}
