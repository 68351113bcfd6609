import Big from 'big.js';
import * as z from 'zod';
import { MINUTE } from '../shared/time.ts';
import type { Currency, Observation, Refusal, WatchedMarket } from './market.ts';
import { Price } from './price.ts';

/** What the feed says of a market, by the source text of its JSON; a price of 1e-7 is the text `1e-7`. */
export interface Quote {
  readonly price: string | undefined;
  /** Unix seconds. */
  readonly at: string | undefined;
}

const Told = z.record(z.string(), z.unknown());
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** The quote in a coin's part of the feed's answer, whose numbers were read as texts; undefined when there is none in this currency. */
export function quoteIn(coin: unknown, currency: Currency): Quote | undefined {
  const told = Told.safeParse(coin).data;
  if (told?.[currency] === undefined || told[currency] === null) return undefined;
  return { price: text(told[currency]), at: text(told.last_updated_at) };
}

/** What a quote has to keep to. */
export interface Limits {
  /** Milliseconds. */
  readonly maxAge: number;
  /** Per cent by which the price may rise, or would have to rise to be back where it fell from, without a second look. */
  readonly maxJump: number;
}

type Suspect = NonNullable<WatchedMarket['suspect']>;

/** What becomes of a quote. */
export type Verdict =
  | { readonly kind: 'ACCEPTED'; readonly observation: Pick<Observation, 'price' | 'observed_at' | 'previous_price'> }
  /** It is not newer than what was accepted. */
  | { readonly kind: 'UNCHANGED' }
  | { readonly kind: 'REFUSED'; readonly reason: Refusal; readonly suspect: Suspect | undefined };

/** Clocks may differ by this much. Milliseconds. */
const AHEAD = MINUTE;

/**
 * Judges what the feed says of a market. A jump is held as suspect until a newer quote confirms it by being near it; one that is near the
 * price accepted last drops it.
 */
export function judge(
  { latest, suspect }: Pick<WatchedMarket, 'latest' | 'suspect'>,
  quote: Quote | undefined,
  { maxAge, maxJump }: Limits,
  now: Date,
): Verdict {
  const refused = (reason: Refusal, held = suspect): Verdict => ({ kind: 'REFUSED', reason, suspect: held });
  if (quote === undefined) return refused('MISSING');
  const price = priceIn(quote.price);
  if (price === undefined) return refused('NOT_A_PRICE');
  const at = instantIn(quote.at);
  if (at === undefined) return refused('NO_TIME');
  if (at > now.getTime() + AHEAD) return refused('FROM_THE_FUTURE');
  if (at < now.getTime() - maxAge) return refused('STALE');

  const observed_at = latest && price !== latest.price ? orderedAfter(latest, at) : new Date(at).toISOString();
  if (latest && observed_at <= latest.observed_at) return { kind: 'UNCHANGED' };
  const isNear = (other: Price) => jump(price, other).lte(maxJump);
  const isConfirmed = suspect !== undefined && observed_at > suspect.observed_at && isNear(suspect.price);
  if (!latest || isNear(latest.price) || isConfirmed) {
    return { kind: 'ACCEPTED', observation: { price, observed_at, previous_price: latest?.price } };
  }
  return refused('SUSPECT', suspect && observed_at <= suspect.observed_at ? suspect : { price, observed_at });
}

/**
 * The instant of another price than the latest one, in ISO 8601. CoinGecko tells whole seconds: what comes with the second of the latest one was
 * seen later within it, and is put right behind it.
 */
function orderedAfter(latest: Observation, at: number): string {
  const next = Date.parse(latest.observed_at) + 1;
  const isSameSecond = at % 1000 === 0 && next > at && next < at + 1000;
  return new Date(isSameSecond ? next : at).toISOString();
}

/** By how many per cent the higher of two prices is above the lower one. */
function jump(a: Price, b: Price): Big {
  const [low, high] = Big(a).lt(b) ? [a, b] : [b, a];
  return Big(high).minus(low).times(100).div(low);
}

/** A JSON number that is not negative, of no more digits than anybody writes. */
export const NUMBER = /^\d{1,60}(\.\d{1,120})?([eE][+-]?\d{1,3})?$/;
/** Places of a price; what is finer is rounded. */
const PLACES = 18;

function priceIn(text: string | undefined): Price | undefined {
  if (text === undefined || !NUMBER.test(text)) return undefined;
  return Price.safeParse(Big(text).toFixed(PLACES)).data;
}

/** Milliseconds. */
function instantIn(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,11}(\.\d{1,9})?$/.test(text) ? Math.floor(Number(text) * 1000) : undefined;
}
