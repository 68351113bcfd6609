import * as z from 'zod';
import { pageQuery } from '../../../shared/http/cursor.ts';
import { nothing, route } from '../../../shared/http/route.ts';
import { Currency } from '../ledger.ts';
import { EntryView, viewEntry } from '../view.ts';
import type { WalletApi } from '../wallet-api.ts';

export const listEntriesRoute = route<WalletApi>()(
  {
    method: 'GET',
    path: '/api/v1/game/ledger',
    tag: 'running game',
    summary:
      'List everything that you have earned and spent in one currency, the newest first; it adds up to what you have',
    params: nothing,
    query: pageQuery.extend({ currency: Currency.default('coins') }),
    body: nothing,
    replies: {
      200: {
        description: 'A page of entries',
        schema: z.object({ items: z.array(EntryView), cursor: z.string().optional() }),
      },
    },
    errors: [],
  },
  async ({ query: { currency, limit, cursor }, caller }, { wallets, cursors }) => {
    const scope = `ledger of ${caller.userId} in ${currency}`;
    const page = { limit, after: cursors.open(scope, cursor) };
    const { items, next } = await wallets.entries(caller.userId, currency, page);
    return { status: 200, body: { items: items.map(viewEntry), cursor: cursors.seal(scope, next) } };
  },
);
