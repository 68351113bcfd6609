import Big from 'big.js';
import * as z from 'zod';
import { ChannelList } from '../channels/channel.ts';
import { Currency } from '../prices/market.ts';
import { Price } from '../prices/price.ts';
import { Note, Repeat } from './alert.ts';
import { Condition } from './condition.ts';

/** A JSON number may stand for a price: the shortest decimal that is that number, which is what clients write for one that they have reckoned. */
const NamedPrice = z
  .union([z.string(), z.number()])
  .transform((value) => (typeof value === 'string' ? value : Big(value).toFixed()))
  .pipe(Price);

/** An instant with Z or an offset; in UTC then. */
export const End = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text).toISOString())
  .pipe(z.iso.datetime());

/** What somebody asks for: a `price`, which is to be reached from where the coin is, or a `condition`. */
export const AlertDraft = z
  .strictObject({
    coin: z
      .string()
      .trim()
      .min(1)
      .max(100)
      .describe("The feed's id of a coin, or a symbol: of the largest coin that has it"),
    currency: Currency.default('usd'),
    price: NamedPrice.optional().describe('What it is to reach from where it is; or there is a condition in its place'),
    condition: Condition.optional(),
    repeat: Repeat.default('once'),
    note: Note.optional(),
    channels: ChannelList.default(['email']),
    expires_at: End.optional(),
  })
  .transform(({ price, condition, ...rest }, context) => {
    if (price !== undefined && condition === undefined) return { ...rest, wanted: price };
    if (condition !== undefined && price === undefined) return { ...rest, wanted: condition };
    const message = 'must be there, or a condition in its place';
    context.issues.push({ code: 'custom', path: ['price'], message, input: price });
    return z.NEVER;
  });
export type AlertDraft = z.output<typeof AlertDraft>;
