import { nothing, route } from '../../../shared/http/route.ts';
import { viewBalance, WalletView } from '../view.ts';
import type { WalletApi } from '../wallet-api.ts';

export const getWalletRoute = route<WalletApi>()(
  {
    method: 'GET',
    path: '/api/v1/game/wallet',
    tag: 'running game',
    summary: 'Read how many coins and tokens you have, and how much energy for mining',
    params: nothing,
    query: nothing,
    body: nothing,
    replies: { 200: { description: 'What you have', schema: WalletView } },
    errors: [],
  },
  async ({ caller: { userId }, now }, { wallets, energyOf }) => {
    const [balance, { energy, max }] = await Promise.all([wallets.balanceOf(userId), energyOf(userId, now)]);
    return { status: 200, body: { ...viewBalance(balance), energy, energy_max: max } };
  },
);
