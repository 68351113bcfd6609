import * as z from 'zod';
import { type Balance, Currency, formatTokens, Posting } from './ledger.ts';

const Coins = z.int();
const Tokens = z.string().describe('Decimal, of up to six places');

export const BalanceView = z.object({ coins: Coins, tokens: Tokens });

export const WalletView = BalanceView.extend({
  energy: z.int().describe('For mining; whole units'),
  energy_max: z.int().describe('Units of a full measure'),
});

export const EntryView = Posting.pick({ key: true, reason: true, reference: true, at: true }).extend({
  currency: Currency,
  amount: z
    .union([Coins, Tokens])
    .describe('A whole number of coins, or a decimal text of tokens; negative where it was spent'),
});

export const viewBalance = ({ coins, tokens }: Balance): z.input<typeof BalanceView> => ({
  coins,
  tokens: formatTokens(tokens),
});

export const viewEntry = (posting: Posting): z.input<typeof EntryView> => ({
  ...posting,
  amount: posting.currency === 'coins' ? posting.amount : formatTokens(posting.amount),
});
