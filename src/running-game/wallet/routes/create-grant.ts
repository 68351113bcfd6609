import { ChangedMeanwhile, Forbidden, IdempotencyKeyReused } from '../../../shared/errors.ts';
import { expectAdmin } from '../../../shared/http/caller.ts';
import { nothing, route } from '../../../shared/http/route.ts';
import { Grant, grant } from '../grant.ts';
import { InsufficientFunds } from '../ledger.ts';
import { EntryView, viewEntry } from '../view.ts';
import type { WalletApi } from '../wallet-api.ts';

export const createGrantRoute = route<WalletApi>()(
  {
    method: 'POST',
    path: '/api/v1/game/grants',
    tag: 'running game',
    summary: 'Give a user coins or tokens, or take some from them; for administrators',
    params: nothing,
    query: nothing,
    body: Grant,
    replies: { 201: { description: 'The entry of the user’s ledger', schema: EntryView } },
    errors: [Forbidden, InsufficientFunds, IdempotencyKeyReused, ChangedMeanwhile],
  },
  async ({ body, caller, creation, now }, deps) => {
    expectAdmin(caller);
    return { status: 201, body: viewEntry(await grant(body, creation, deps, now)) };
  },
);
