import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { neverReachedServer, property } from '../shared/network-error.ts';
import { accepted, type Channel, permanent, type SendResult, transient, unknown } from './channel.ts';
import { cut } from './text.ts';
import { parseWebhookUrl, WebhookOrigins } from './webhook-url.ts';

/** Discord's limit on the content of a message, in characters. */
const MAX_CONTENT = 2_000;
/** How long one send waits for Discord's rate limit by itself, in seconds; beyond it, the caller's retry is cheaper. */
const PATIENCE = 3;

/** The part of a function's environment that `discordChannel` needs. */
export const DiscordEnv = z.object({ DISCORD_ORIGINS: WebhookOrigins });
export type DiscordEnv = z.infer<typeof DiscordEnv>;

/** The Discord channel as configured. */
export function discordChannel(env: DiscordEnv): Channel<string> {
  return discordWebhook({ origins: env.DISCORD_ORIGINS, timeoutMs: 10_000 });
}

export interface DiscordOptions {
  readonly origins: readonly string[];
  readonly timeoutMs: number;
  /** Seconds. */
  readonly patience?: number;
}

/** Posts to Discord webhooks; the address is the webhook's URL. Nobody is pinged, whatever the text says. */
export function discordWebhook(options: DiscordOptions): Channel<string> {
  return {
    name: 'discord',
    send: (address, message) => postToWebhook(address, { content: cut(message.text, MAX_CONTENT) }, options),
  };
}

/** Posts one message, as Discord's API describes it, to a webhook. */
export async function postToWebhook(address: string, message: object, options: DiscordOptions): Promise<SendResult> {
  const url = parseWebhookUrl(address, options.origins);
  if (url === null) return permanent('WEBHOOK_NOT_ALLOWED');
  // Makes Discord answer with the message, and only once it is stored.
  url.searchParams.set('wait', 'true');
  const body = JSON.stringify({ ...message, allowed_mentions: { parse: [] } });
  let patience = options.patience ?? PATIENCE;
  for (;;) {
    const result = await post(url, body, options.timeoutMs);
    if (result.kind !== 'transient' || result.retryAfterSeconds === undefined) return result;
    if (result.retryAfterSeconds > patience) return result;
    patience -= Math.max(result.retryAfterSeconds, 0.2);
    await delay(result.retryAfterSeconds * 1_000);
  }
}

async function post(url: URL, body: string, timeoutMs: number): Promise<SendResult> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      // A connection of its own, as a kept one may have died unnoticed while the function was frozen.
      headers: { 'content-type': 'application/json', 'user-agent': 'Carillon (webhook)', connection: 'close' },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const answer = await readJson(response);
    return classify(response, answer);
  } catch (error) {
    if (neverReachedServer(error)) return transient('PROVIDER_UNAVAILABLE');
    const name = property(error, 'name');
    // `fetch` reports every network failure as a TypeError with a cause.
    if (name === 'TimeoutError' || (name === 'TypeError' && property(error, 'cause') !== undefined)) return unknown();
    throw error;
  }
}

/** The body, if it is JSON; the status already tells what became of the message, so a body that breaks off changes nothing. */
async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return null;
  }
}

function classify(response: Response, answer: unknown): SendResult {
  const { status } = response;
  if (status >= 200 && status < 300) {
    const id = property(answer, 'id');
    return accepted(typeof id === 'string' ? id : null);
  }
  if (status === 429) return transient('RATE_LIMITED', retryAfter(response, answer));
  if (status === 401 || status === 403 || status === 404 || status === 410) return permanent('WEBHOOK_GONE');
  if (status >= 300 && status < 400) return permanent('WEBHOOK_NOT_ALLOWED');
  if (status === 413) return permanent('MESSAGE_TOO_LARGE');
  if (status === 504) return unknown();
  if (status === 408 || status >= 500) return transient('PROVIDER_UNAVAILABLE');
  return permanent('PROVIDER_REJECTED');
}

/** Seconds; the body is finer than the header, and Cloudflare's 429 has the header only. */
function retryAfter(response: Response, answer: unknown): number | undefined {
  const header = response.headers.get('retry-after');
  const candidates = [property(answer, 'retry_after'), header === null ? undefined : Number(header)];
  return candidates.find(isDelay);
}

const isDelay = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0;
