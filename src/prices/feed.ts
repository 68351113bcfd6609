import * as z from 'zod';
import type { Market } from './market.ts';
import type { Quote } from './quote.ts';

/** Why the feed could not be asked. */
export const FeedFault = z.enum([
  'UNREACHABLE',
  'TIMED_OUT',
  'RATE_LIMITED',
  'SERVER_ERROR',
  'NOT_FOUND',
  'REFUSED',
  'REDIRECTED',
  'TOO_LARGE',
  'NOT_UNDERSTOOD',
]);
export type FeedFault = z.output<typeof FeedFault>;

/** The feed gave no answer, or none that could be used. */
export class FeedFailed extends Error {
  override readonly name = 'FeedFailed';
  readonly fault: FeedFault;
  /** When it wants to be asked again, where it said so. */
  readonly retryAt: Date | undefined;

  constructor(fault: FeedFault, retryAt?: Date) {
    super(fault);
    this.fault = fault;
    this.retryAt = retryAt;
  }
}

/** A coin of the feed's list. */
export const ListedCoin = z.object({ id: z.string(), symbol: z.string() });
export type ListedCoin = z.output<typeof ListedCoin>;

export interface Quoted<M extends Market> {
  readonly market: M;
  /** Undefined when the feed says nothing of it. */
  readonly quote: Quote | undefined;
}

/** Where prices come from. Every call may throw FeedFailed. */
export interface PriceFeed {
  /** Its host: the source of what is observed. */
  readonly source: string;
  /** What it says of these markets, in as few requests as it allows, one after the other, as they are answered. */
  quotes<M extends Market>(markets: readonly M[]): AsyncIterable<Quoted<M>[]>;
  coins(): Promise<ListedCoin[]>;
  /** Ids of its largest coins by market capitalisation, the largest first; none where it has no such route. */
  largest(): Promise<string[]>;
}
