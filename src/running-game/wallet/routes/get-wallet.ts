import { nothing, route } from '../../../shared/http/route.ts';
import { BalanceView, viewBalance } from '../view.ts';
import type { WalletApi } from '../wallet-api.ts';

export const getWalletRoute = route<WalletApi>()(
  {
    method: 'GET',
    path: '/api/v1/game/wallet',
    tag: 'running game',
    summary: 'Read how many coins and tokens you have',
    params: nothing,
    query: nothing,
    body: nothing,
    replies: { 200: { description: 'What you have', schema: BalanceView } },
    errors: [],
  },
  async ({ caller }, { wallets }) => ({ status: 200, body: viewBalance(await wallets.balanceOf(caller.userId)) }),
);
