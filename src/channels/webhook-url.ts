import * as z from 'zod';

const PATH = /^\/api\/(?:v\d{1,2}\/)?webhooks\/\d{1,20}\/[\w-]{1,100}$/;
const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** Origins that webhooks may be on, comma-separated: https, or http on this machine. */
export const WebhookOrigins = z
  .string()
  .default('https://discord.com,https://discordapp.com')
  .transform((list) =>
    list
      .split(',')
      .map((origin) => origin.trim())
      .filter((origin) => origin !== ''),
  )
  .refine((origins) => origins.length > 0 && origins.every(isAcceptableOrigin), 'https origins without a path');

/**
 * A webhook's address as its owner gave it, or null when it is not one that we may call: people choose it and our network
 * calls it, so only known origins and the path of a Discord webhook pass. A `thread_id` is the only parameter that may come along.
 */
export function parseWebhookUrl(address: string, origins: readonly string[]): URL | null {
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  if (!origins.includes(url.origin)) return null;
  if (url.username !== '' || url.password !== '' || url.hash !== '' || !PATH.test(url.pathname)) return null;
  const parameters = [...url.searchParams];
  const harmless = parameters.every(([name, value]) => name === 'thread_id' && /^\d{1,20}$/.test(value));
  return harmless && parameters.length <= 1 ? url : null;
}

function isAcceptableOrigin(origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const url = new URL(origin);
  if (url.origin !== origin || url.hostname.includes('*')) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname));
}
