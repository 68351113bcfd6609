import { createHash } from 'node:crypto';
import * as z from 'zod';

const STYLE =
  'body{font:18px/1.5 system-ui,sans-serif;max-width:34em;margin:15vh auto;padding:0 1em}button{font:inherit;padding:.4em 1em}';

/** Of every such page: kept nowhere, told to nobody, framed by nobody, and without anything but its own style and form. */
export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex',
};

/** Of a link in a message. */
export const tokenParams = z.object({ token: z.string().max(1000) });

/** A page as a route's reply. */
export const htmlReply = (description: string) => ({ description, schema: z.string(), type: 'text/html' }) as const;

/** A whole page; `body` is HTML. */
export const page = (title: string, body: string) =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${STYLE}</style></head><body><h1>${title}</h1>${body}</body></html>`;
