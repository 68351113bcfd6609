import * as z from 'zod';
import { Forbidden } from '../../shared/errors.ts';
import { expectAdmin } from '../../shared/http/caller.ts';
import { empty, nothing, route } from '../../shared/http/route.ts';
import { addressOf, SuppressionNotFound } from '../suppression.ts';
import type { SuppressionsDeps } from '../suppressions-deps.ts';

export const liftSuppression = route<SuppressionsDeps>()(
  {
    method: 'DELETE',
    path: '/api/v1/admin/suppressions/{id}',
    tag: 'admin',
    summary: 'Lets an address be sent to again; for administrators',
    params: z.object({ id: z.string().max(1000).describe('Of the suppression, or its address') }),
    query: nothing,
    body: nothing,
    replies: { 204: { description: 'It is lifted', schema: empty } },
    errors: [Forbidden, SuppressionNotFound],
  },
  async ({ params, caller, now }, { suppressions }) => {
    expectAdmin(caller);
    const { channel, address } = addressOf(params.id);
    const found = await suppressions.find(channel, address);
    if (!found) throw new SuppressionNotFound();
    // Also one that the clock of the other side put a moment ahead.
    await suppressions.lift(channel, address, new Date(Math.max(now.getTime(), Date.parse(found.since))));
    return { status: 204, body: undefined };
  },
);
