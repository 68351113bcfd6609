import { createHash } from 'node:crypto';
import * as z from 'zod';
import { problem } from '../../shared/errors.ts';
import type { Creation } from '../../shared/http/creation.ts';
import { DAY, MINUTE } from '../../shared/time.ts';
import type { Sighting } from './chain.ts';
import { arrivalOf, faultOf, hexOf, PaymentFault, Terms } from './payment.ts';

/** Also the answer to somebody whose it is not. */
export class TopUpNotFound extends problem('top-up-not-found', 404, 'No such top-up') {}
/** It was credited, or its transaction is being confirmed, or nothing can be told of it any more. */
export class TopUpSettled extends problem('top-up-settled', 409, 'Its payment is settled') {}
export class TopUpsOff extends problem('top-ups-off', 503, 'Coins are not sold here') {}

export const TOP_UP_STATUSES = [
  'AWAITING_PAYMENT',
  'CONFIRMING',
  'CONFIRMED',
  'CREDITED',
  'REJECTED',
  'EXPIRED',
  'FAILED',
] as const;
export const TopUpStatus = z.enum(TOP_UP_STATUSES);
export type TopUpStatus = z.output<typeof TopUpStatus>;

/**
 * A payment that is in a block so long after the offer has expired still counts: blocks come late, their clocks differ, and a reorganisation
 * moves what it takes out to a later one. Milliseconds.
 */
const GRACE = 15 * MINUTE;

/** For so long after it was asked for a transaction may be named, be it after the expiry; milliseconds. And so many of them. */
const NAMED_WITHIN = 30 * DAY;
const MOST_NAMED = 20;

const instant = z.iso.datetime();

/** What a transaction is, in a block that has been seen: number, hash, when by its producer, and how many blocks confirm it, itself included. */
const Included = z.object({
  block_number: z.int().min(0),
  block_hash: hexOf(32),
  block_at: instant,
  confirmations: z.int().min(0),
});

const Asked = Terms.extend({
  id: z.string(),
  /** Of the request that asked for it. */
  fingerprint: z.string(),
  user_id: z.string(),
  coins: z.int().min(1),
  created_at: instant,
  expires_at: instant,
  /** The hash of the transaction that is said to pay it, since when, and how many were named so far. */
  transaction: hexOf(32).optional(),
  named_at: instant.optional(),
  named: z.int().min(0),
  /** How often the block that its transaction was in has left the chain. */
  reorganisations: z.int().min(0),
  /** The execution that has it, and when that was started, or a transaction was named. */
  run: z.int().min(1),
  due: instant,
  revision: z.int().min(1),
});

const Paid = Asked.extend({ transaction: hexOf(32), ...Included.shape });

/** `told`: whether its execution has told the user of the end; until then the sweep looks after it. */
const Ended = Asked.extend({ ended_at: instant, told: z.boolean() });

/** Coins that somebody wants to pay for on a chain, and what has become of it. */
export const TopUp = z.discriminatedUnion('status', [
  Asked.extend({ status: z.literal('AWAITING_PAYMENT') }),
  Paid.extend({ status: z.literal('CONFIRMING') }),
  /** Deep enough in the chain; `place` is `native`, or the index of the token's log. */
  Paid.extend({ status: z.literal('CONFIRMED'), place: z.string() }),
  Ended.extend({ status: z.literal('CREDITED'), transaction: hexOf(32), ...Included.shape, place: z.string() }),
  Ended.extend({ status: z.literal('REJECTED'), reason: PaymentFault }),
  Ended.extend({ status: z.literal('EXPIRED') }),
  /** Its executions were used up. */
  Ended.extend({ status: z.literal('FAILED') }),
]);
export type TopUp = z.output<typeof TopUp>;
export type EndedTopUp = Extract<TopUp, { ended_at: string }>;
type ConfirmedTopUp = Extract<TopUp, { status: 'CONFIRMED' }>;

export const hasEnded = (topUp: TopUp): topUp is EndedTopUp => 'ended_at' in topUp;

/** Whether the sweep looks after it: it has no end, or nobody was told of that yet. */
export const isOpen = (topUp: TopUp): boolean => !hasEnded(topUp) || !topUp.told;

/** How much is paid for coins, in the asset's smallest unit: rounded up, so that none is had for less. `rate` is coins for a whole unit. */
export const amountFor = (coins: number, rate: number, decimals: number): string =>
  String((BigInt(coins) * 10n ** BigInt(decimals) + BigInt(rate) - 1n) / BigInt(rate));

/** 32 bytes that are this top-up's alone, and tell nobody on the chain whose it is. */
export const referenceOf = (id: string): string => `0x${createHash('sha256').update(`top-up\n${id}`).digest('hex')}`;

interface Offer {
  readonly coins: number;
  readonly terms: Omit<Terms, 'reference'>;
  /** How long the offer stands; milliseconds. */
  readonly expiry: number;
}

/** Coins that are asked for, and wait to be paid. */
export function askForCoins({ coins, terms, expiry }: Offer, creation: Creation, userId: string, now: Date): TopUp {
  const at = now.toISOString();
  return {
    ...creation,
    ...terms,
    reference: referenceOf(creation.id),
    user_id: userId,
    coins,
    status: 'AWAITING_PAYMENT',
    created_at: at,
    expires_at: new Date(now.getTime() + expiry).toISOString(),
    named: 0,
    reorganisations: 0,
    run: 1,
    due: at,
    revision: 1,
  };
}

const next = (topUp: TopUp) => ({ ...Asked.parse(topUp), revision: topUp.revision + 1 });

const end = (topUp: TopUp, now: Date) => ({ ...next(topUp), ended_at: now.toISOString(), told: false });

/** Its transaction can never pay it, whatever the chain makes of it: what is signed is wrong. How much of a token arrives goes by the block. */
const isWrongAsSigned = (topUp: TopUp): boolean =>
  topUp.status === 'REJECTED' &&
  (['WRONG_TOKEN', 'WRONG_RECIPIENT', 'WRONG_REFERENCE'].includes(topUp.reason) ||
    (topUp.reason === 'WRONG_AMOUNT' && topUp.token === undefined));

/** What they have named before changes nothing; `transaction` is a hash. */
function awaitsTransaction(topUp: TopUp, now: Date): boolean {
  if (topUp.status === 'CREDITED' || topUp.status === 'CONFIRMED' || topUp.status === 'CONFIRMING') return false;
  return topUp.named < MOST_NAMED && now.getTime() < Date.parse(topUp.created_at) + NAMED_WITHIN;
}

/**
 * The user says which transaction pays it. One that was rejected, or has expired, is taken up anew by its next execution: whoever has named
 * the wrong transaction has lost nothing. The same one again is no change while it is looked for, has paid, or can't pay whatever happens. Throws
 * TopUpNotFound for somebody else's, TopUpSettled when none is looked for any more.
 */
export function nameTransaction(topUp: TopUp, userId: string, transaction: string, now: Date): TopUp {
  if (topUp.user_id !== userId) throw new TopUpNotFound();
  const ended = hasEnded(topUp);
  if (topUp.transaction === transaction && (!ended || topUp.status === 'CREDITED' || isWrongAsSigned(topUp)))
    return topUp;
  if (!awaitsTransaction(topUp, now)) throw new TopUpSettled();
  const at = now.toISOString();
  return {
    ...next(topUp),
    status: 'AWAITING_PAYMENT',
    transaction,
    named_at: at,
    named: topUp.named + 1,
    run: topUp.run + (ended ? 1 : 0),
    due: at,
  };
}

const isAfterGrace = ({ expires_at }: TopUp, at: Date) => at.getTime() > Date.parse(expires_at) + GRACE;

/** Ends what nobody has named a transaction for while the offer stood; anything else is no change. */
export function expireUnpaid(topUp: TopUp, now: Date): TopUp {
  if (topUp.status !== 'AWAITING_PAYMENT' || topUp.transaction !== undefined) return topUp;
  return now.toISOString() < topUp.expires_at ? topUp : { ...end(topUp, now), status: 'EXPIRED' };
}

/**
 * What a look at the chain says of the transaction that was named. What its sender has signed is judged at once, what the chain has made of it
 * when it is deep enough in it. It expires when the chain itself is past the offer's end without it, and the look before has not found it in a
 * block either. A transaction that is not the one named any more, and what has an end, is no change.
 */
export function judge(
  topUp: TopUp,
  transaction: string,
  { head, transaction: signed, inclusion }: Sighting,
  now: Date,
): TopUp {
  if (topUp.status !== 'AWAITING_PAYMENT' && topUp.status !== 'CONFIRMING') return topUp;
  if (topUp.transaction !== transaction) return topUp;
  const reject = (reason: PaymentFault): TopUp => ({ ...end(topUp, now), status: 'REJECTED', reason });

  const fault = signed && faultOf(topUp, signed);
  if (fault) return reject(fault);
  if (!signed || !inclusion) {
    // However late it is: it was there, and the next look may find it again.
    if (topUp.status === 'CONFIRMING')
      return { ...next(topUp), status: 'AWAITING_PAYMENT', reorganisations: topUp.reorganisations + 1 };
    return isAfterGrace(topUp, head.at) ? { ...end(topUp, now), status: 'EXPIRED' } : topUp;
  }

  const { block } = inclusion;
  const moved = topUp.status === 'CONFIRMING' && topUp.block_hash !== block.hash;
  const seen = {
    ...next(topUp),
    transaction,
    block_number: block.number,
    block_hash: block.hash,
    block_at: block.at.toISOString(),
    confirmations: Math.max(0, head.number - block.number + 1),
    reorganisations: topUp.reorganisations + (moved ? 1 : 0),
  };
  if (seen.confirmations < topUp.confirmations_needed) {
    const same = topUp.status === 'CONFIRMING' && !moved && topUp.confirmations === seen.confirmations;
    return same ? topUp : { ...seen, status: 'CONFIRMING' };
  }
  if (isAfterGrace(topUp, block.at)) return reject('TOO_LATE');
  const arrival = arrivalOf(topUp, inclusion);
  if ('fault' in arrival) return reject(arrival.fault);
  return { ...seen, status: 'CONFIRMED', place: arrival.place };
}

/** Its coins are in the wallet. */
export const credit = (topUp: ConfirmedTopUp, now: Date): TopUp => ({
  ...topUp,
  status: 'CREDITED',
  revision: topUp.revision + 1,
  ended_at: now.toISOString(),
  told: false,
});

/** Its payment has bought coins before. */
export const rejectAsCredited = (topUp: ConfirmedTopUp, now: Date): TopUp => ({
  ...end(topUp, now),
  status: 'REJECTED',
  reason: 'ALREADY_CREDITED',
});

/** Names a payment, of whomever: the chain, the transaction, and its place in that. */
export const paymentName = ({ chain_id, transaction, place }: ConfirmedTopUp): string =>
  `${chain_id}-${transaction}-${place}`;

/** Gives one up whose executions have all ended early; one that has ended is no change. */
export const failTopUp = (topUp: TopUp, now: Date): TopUp =>
  hasEnded(topUp) ? topUp : { ...end(topUp, now), status: 'FAILED' };

/** The user was told of the end; one without an end is no change. */
export const endTold = (topUp: TopUp): TopUp =>
  !hasEnded(topUp) || topUp.told ? topUp : { ...topUp, told: true, revision: topUp.revision + 1 };

/** Hands it to its `run`-th execution; one that needs none any more, or that a later one has, is no change. */
export function takeOver(topUp: TopUp, run: number, now: Date): TopUp {
  if (!isOpen(topUp) || topUp.run >= run) return topUp;
  return { ...topUp, run, due: now.toISOString(), revision: topUp.revision + 1 };
}
