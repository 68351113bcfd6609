import * as z from 'zod';
import { ChangedMeanwhile, Forbidden } from '../../../shared/errors.ts';
import { expectAdmin } from '../../../shared/http/caller.ts';
import { nothing, route } from '../../../shared/http/route.ts';
import { auditWallet } from '../audit.ts';
import { ensureUser } from '../ensure-user.ts';
import { BalanceView, viewBalance } from '../view.ts';
import type { WalletApi } from '../wallet-api.ts';

export const auditWalletRoute = route<WalletApi>()(
  {
    method: 'GET',
    path: '/api/v1/game/wallets/{user_id}/audit',
    tag: 'running game',
    summary: 'Add up the entries of a user’s ledger, and compare them with what the user has; for administrators',
    params: z.object({ user_id: z.string().min(1).max(128) }),
    query: nothing,
    body: nothing,
    replies: {
      200: {
        description: 'Both, and whether they are the same',
        schema: z.object({
          balance: BalanceView,
          sum: BalanceView,
          entries: z.int().describe('How many there are'),
          consistent: z.boolean(),
        }),
      },
    },
    errors: [Forbidden, ChangedMeanwhile],
  },
  async ({ params, caller }, deps) => {
    expectAdmin(caller);
    await ensureUser(deps.users, params.user_id);
    const { balance, sums, consistent } = await auditWallet(params.user_id, deps);
    const body = { balance: viewBalance(balance), sum: viewBalance(sums), entries: sums.version, consistent };
    return { status: 200, body };
  },
);
