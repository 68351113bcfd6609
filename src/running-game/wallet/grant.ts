import * as z from 'zod';
import type { Creation } from '../../shared/http/creation.ts';
import type { Accounts } from '../../users/still-here.ts';
import { ensureUser, noSuchUser } from './ensure-user.ts';
import { type Ledger, type Posting, parseTokens, TOKEN } from './ledger.ts';
import type { WalletStore } from './wallet-store.ts';

const note = z.string().trim().min(1).max(200).describe('Why; the user sees it');
const userId = z.string().min(1).max(128);
/** Millionths. */
const MOST_TOKENS = 1_000_000 * TOKEN;
const SOME = 'must not be nothing';

/** What an administrator gives a user, or takes from them where it is less than nothing. */
export const Grant = z.discriminatedUnion('currency', [
  z.strictObject({
    user_id: userId,
    currency: z.literal('coins'),
    amount: z
      .int()
      .min(-1_000_000_000)
      .max(1_000_000_000)
      .refine((amount) => amount !== 0, SOME),
    note,
  }),
  z.strictObject({
    user_id: userId,
    currency: z.literal('tokens'),
    amount: z.string().transform((text, { addIssue }) => {
      const amount = parseTokens(text);
      if (amount !== undefined && amount !== 0 && Math.abs(amount) <= MOST_TOKENS) return amount;
      addIssue('must be a decimal text of up to six places, and neither nothing nor more than a million');
      return z.NEVER;
    }),
    note,
  }),
]);
export type Grant = z.output<typeof Grant>;

interface Deps {
  readonly ledger: Pick<Ledger, 'post'>;
  readonly wallets: Pick<WalletStore, 'claimKey' | 'entry'>;
  readonly users: Accounts;
}

/**
 * Posts it, once for the same request, and answers the entry. Throws InvalidRequest where there is no such user, InsufficientFunds where more
 * would be taken than there is, IdempotencyKeyReused, ChangedMeanwhile.
 */
export async function grant(given: Grant, creation: Creation, deps: Deps, now: Date): Promise<Posting> {
  await ensureUser(deps.users, given.user_id);
  await deps.wallets.claimKey(creation, now);
  const posting: Posting = {
    user_id: given.user_id,
    key: `grant-${creation.id}`,
    currency: given.currency,
    amount: given.amount,
    reason: 'GRANT',
    reference: given.note,
    at: now.toISOString(),
  };
  const outcome = await deps.ledger.post(posting);
  if (outcome === 'CLOSED') throw noSuchUser();
  return (outcome === 'POSTED_BEFORE' && (await deps.wallets.entry(given.user_id, posting.key))) || posting;
}
