import { isAddress } from 'viem/utils';
import * as z from 'zod';
import { durationWithin, milliseconds } from '../../shared/duration.ts';
import { serverUrl } from '../../shared/server-url.ts';
import { DAY, MINUTE } from '../../shared/time.ts';
import type { Asset, Terms } from './payment.ts';
import { amountFor } from './top-up.ts';

const address = z
  .string()
  .refine(
    (text) => text === '' || isAddress(text),
    'an address such as 0x… with the right checksum (ERC-55), or nothing',
  )
  .toLowerCase()
  .default('');

const rate = z
  .string()
  .regex(/^([1-9]\d{0,8})?$/, 'a whole number of coins from 1 on, or nothing')
  .default('');

/** How coins are sold. */
export const TopUpsEnv = z.object({
  /** Of a node of the chain; nothing: coins are not sold. A secret. */
  TOP_UP_RPC_URL: z.union([z.literal(''), serverUrl]).default(''),
  TOP_UP_CHAIN_ID: z.coerce.number('a number').int().min(1).max(Number.MAX_SAFE_INTEGER).default(1),
  /** Whoever is paid. */
  TOP_UP_RECIPIENT: address,
  /** Coins for one of the chain's own coin; nothing: it is not taken. */
  TOP_UP_NATIVE_COINS: rate,
  /** The contract of a token (ERC-20) that is taken, coins for a whole one, and the places that it is divided into. */
  TOP_UP_TOKEN: address,
  TOP_UP_TOKEN_COINS: rate,
  TOP_UP_TOKEN_DECIMALS: z.coerce.number('a number').int().min(0).max(36).default(18),
  /** How many blocks deep a payment has to be, its own included. */
  TOP_UP_CONFIRMATIONS: z.coerce.number('a number').int().min(1).max(1000).default(12),
  /** How long an offer stands. */
  TOP_UP_EXPIRY: durationWithin(5 * MINUTE, DAY, 'a duration from PT5M to P1D').default('PT1H'),
  /** How often the chain is asked at first. */
  TOP_UP_POLL: durationWithin(1000, 5 * MINUTE, 'a duration from PT1S to PT5M').default('PT15S'),
});

/** The same for whoever deploys, who is told of what does not go together. */
export const TopUpsSettings = TopUpsEnv.superRefine((own, { addIssue }) => {
  const wrong = (name: keyof typeof own, message: string) => addIssue({ code: 'custom', path: [name], message });
  const [on, recipient] = [own.TOP_UP_RPC_URL !== '', own.TOP_UP_RECIPIENT !== ''];
  if (on !== recipient) wrong('TOP_UP_RECIPIENT', 'goes together with TOP_UP_RPC_URL');
  if ((own.TOP_UP_TOKEN === '') !== (own.TOP_UP_TOKEN_COINS === ''))
    wrong('TOP_UP_TOKEN_COINS', 'goes together with TOP_UP_TOKEN');
  if (on && own.TOP_UP_NATIVE_COINS === '' && own.TOP_UP_TOKEN === '')
    wrong('TOP_UP_NATIVE_COINS', 'or TOP_UP_TOKEN says what is taken');
});

/** What whoever buys coins is offered. */
export const OfferEnv = TopUpsEnv.pick({
  TOP_UP_CHAIN_ID: true,
  TOP_UP_NATIVE_COINS: true,
  TOP_UP_TOKEN_COINS: true,
  TOP_UP_TOKEN_DECIMALS: true,
  TOP_UP_CONFIRMATIONS: true,
  TOP_UP_EXPIRY: true,
}).extend({
  // The deployment has checked these.
  TOP_UP_RECIPIENT: z.string().toLowerCase(),
  TOP_UP_TOKEN: z.string().toLowerCase(),
});

/** On which terms coins are sold. */
export interface Offer {
  /** How long it stands; milliseconds. */
  readonly expiry: number;
  /** Undefined where the asset is not taken. */
  termsFor(coins: number, asset: Asset): Omit<Terms, 'reference'> | undefined;
}

/** The decimals of every chain's own coin of this kind: a wei is 10^-18 (Ethereum yellow paper, section 2.1). */
const NATIVE_DECIMALS = 18;

/** Undefined where coins are not sold. */
export function offerOf(env: z.output<typeof OfferEnv>): Offer | undefined {
  const { TOP_UP_CHAIN_ID: chain_id, TOP_UP_RECIPIENT: recipient, TOP_UP_TOKEN: token } = env;
  if (recipient === '') return undefined;
  return {
    expiry: milliseconds(env.TOP_UP_EXPIRY),
    termsFor(coins, asset) {
      const [price, decimals, of] =
        asset === 'native'
          ? [env.TOP_UP_NATIVE_COINS, NATIVE_DECIMALS, {}]
          : [env.TOP_UP_TOKEN_COINS, env.TOP_UP_TOKEN_DECIMALS, { token }];
      if (price === '') return undefined;
      const amount = amountFor(coins, Number(price), decimals);
      return { chain_id, asset, recipient, ...of, amount, confirmations_needed: env.TOP_UP_CONFIRMATIONS };
    },
  };
}
