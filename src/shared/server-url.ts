import * as z from 'zod';

/** On this very machine without encryption, too. */
const SERVER_URL = /^(https:\/\/[^\s/?#@]+|http:\/\/(localhost|127\.0\.0\.1)(:\d{1,5})?)(\/[^\s?#]*)?$/;

/** Where another service's API is; without a slash at the end. */
export const serverUrl = z
  .string()
  .regex(SERVER_URL, 'an https address without a query')
  .transform((url) => url.replace(/\/+$/, ''));
