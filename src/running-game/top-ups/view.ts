import * as z from 'zod';
import { Amount, hexOf, PaymentFault, paymentFor, Terms } from './payment.ts';
import { type TopUp, TopUpStatus } from './top-up.ts';

const instant = z.iso.datetime();

export const TopUpView = z.object({
  id: z.string(),
  status: TopUpStatus,
  coins: z.int(),
  ...Terms.shape,
  token: hexOf(20).nullable().describe('The contract of the token; null where the chain’s own coin is paid'),
  amount: Amount.describe('In the asset’s smallest unit; a payment is exact'),
  reference: hexOf(32).describe('Ends the data of the transaction, which is of this top-up by that'),
  to: hexOf(20).describe('Where the transaction goes that pays it'),
  value: Amount.describe('Of the chain’s own coin, in its smallest unit'),
  data: z.string().describe('The data of that transaction, in hexadecimal'),
  created_at: instant,
  expires_at: instant,
  transaction: hexOf(32).nullable().describe('The one that was named'),
  block_number: z.int().optional().describe('Where it is in the chain, as far as was seen'),
  block_hash: hexOf(32).optional(),
  confirmations: z.int().optional().describe('The block that it is in, and those after it'),
  reorganisations: z.int().describe('How often its block has left the chain'),
  reason: PaymentFault.optional().describe('Why it was rejected; another transaction may be named'),
  ended_at: instant.optional(),
});

export const viewTopUp = (topUp: TopUp): z.input<typeof TopUpView> => ({
  ...topUp,
  token: topUp.token ?? null,
  ...paymentFor(topUp),
  transaction: topUp.transaction ?? null,
});
