import * as z from 'zod';
import type { Write } from '../../shared/dynamodb/items.ts';
import { problem } from '../../shared/errors.ts';

export class InsufficientFunds extends problem('insufficient-coins', 409, 'There is not enough in the wallet') {}

export const Currency = z.enum(['coins', 'tokens']);
export type Currency = z.output<typeof Currency>;

/** What is earned or spent, in the smallest unit: whole coins, and millionths of a token. */
export const Posting = z.object({
  user_id: z.string().min(1),
  /** Names it in its user's ledger: what is posted again under the same key changes nothing. */
  key: z.string().min(1).max(200),
  currency: Currency,
  /** Less than nothing where it is spent. */
  amount: z.int().refine((amount) => amount !== 0),
  reason: z.enum(['GRANT', 'TICKET', 'REFUND', 'PRIZE', 'MINING', 'TOP_UP']),
  /** What it is for: the id of a ticket, an event, a top-up, …; of a grant, what the administrator has written. */
  reference: z.string(),
  at: z.iso.datetime(),
});
export type Posting = z.output<typeof Posting>;

/** What a user has, in the smallest units; `version` is how many postings have made it. */
export const Balance = z.object({
  coins: z.int().min(0),
  tokens: z.int().min(0),
  version: z.int().min(0),
});
export type Balance = z.output<typeof Balance>;

export const NOTHING_YET: Balance = { coins: 0, tokens: 0, version: 0 };

/** Why a posting is not written: it was before, it is more than there is, or its user has left. */
export type Refusal = 'POSTED_BEFORE' | 'INSUFFICIENT' | 'CLOSED';

/** Users' coins and tokens, for whoever gives and takes them. */
export interface Ledger {
  /**
   * Writes the entry and changes the balance, both or neither, once however often it is called. `CLOSED`: the user has left, and nothing was
   * written. Throws InsufficientFunds, IdempotencyKeyReused where the key stands for another posting, ChangedMeanwhile after too many rivals.
   */
  post(posting: Posting): Promise<'POSTED' | 'POSTED_BEFORE' | 'CLOSED'>;
  /** The writes of `post`, as a part of somebody else's transaction, which fails where `refusalOf` says why. */
  postingWrites(posting: Posting): Write[];
  /** What stands in the way this moment; undefined where the transaction may be tried again. Throws IdempotencyKeyReused. */
  refusalOf(posting: Posting): Promise<Refusal | undefined>;
  /** In place of a posting of nothing: opens the wallet, so that everybody who plays has one; fails where its user has left. */
  opening(userId: string): Write;
  /** Consistent. */
  balanceOf(userId: string): Promise<Balance>;
}

/** Millionths. */
export const TOKEN = 1_000_000;

/** Millionths of a token as the decimal text that answers have: `12.5`. */
export function formatTokens(millionths: number): string {
  const size = Math.abs(millionths);
  const places = String(size % TOKEN)
    .padStart(6, '0')
    .replace(/0+$/, '');
  return `${millionths < 0 ? '-' : ''}${Math.floor(size / TOKEN)}${places === '' ? '' : `.${places}`}`;
}

const DECIMAL = /^(-?)(\d{1,10})(?:\.(\d{1,6}))?$/;

/** Millionths of a token out of a decimal text with up to six places; undefined for what is none, or too large to be exact. */
export function parseTokens(text: string): number | undefined {
  const [, sign, whole, places = ''] = DECIMAL.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const size = Number(whole) * TOKEN + Number(places.padEnd(6, '0'));
  return Number.isSafeInteger(size) ? size * (sign === '-' ? -1 : 1) : undefined;
}
