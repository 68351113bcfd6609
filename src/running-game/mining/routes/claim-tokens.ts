import * as z from 'zod';
import { ChangedMeanwhile, Forbidden } from '../../../shared/errors.ts';
import { nothing, route } from '../../../shared/http/route.ts';
import { ensureStillHere } from '../../../users/still-here.ts';
import { formatTokens } from '../../wallet/ledger.ts';
import { claim } from '../claim.ts';
import { NothingToClaim } from '../mining.ts';
import type { MiningApi } from '../mining-api.ts';

export default route<MiningApi>()(
  {
    method: 'POST',
    path: '/api/v1/game/mining/claim',
    tag: 'running game',
    summary: 'Turns all of your energy into tokens, in proportion to the coins and the cells that you hold',
    params: nothing,
    query: nothing,
    body: nothing,
    replies: {
      201: {
        description: 'The tokens are yours',
        schema: z.object({ tokens: z.string().describe('A decimal'), mined_at: z.iso.datetime() }),
      },
    },
    errors: [Forbidden, NothingToClaim, ChangedMeanwhile],
  },
  async ({ caller: { userId }, creation, now }, { users, mining }) => {
    await ensureStillHere(users, userId);
    const { amount, at } = await claim({ creation, userId }, mining, now);
    return { status: 201, body: { tokens: formatTokens(amount), mined_at: at } };
  },
);
