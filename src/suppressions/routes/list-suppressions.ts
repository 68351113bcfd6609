import * as z from 'zod';
import { Forbidden } from '../../shared/errors.ts';
import { expectAdmin } from '../../shared/http/caller.ts';
import { pageQuery } from '../../shared/http/cursor.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { SuppressedChannel, Suppression, suppressionId } from '../suppression.ts';
import { findSuppressions } from '../suppression-store.ts';
import type { SuppressionsDeps } from '../suppressions-deps.ts';

export const listSuppressions = route<SuppressionsDeps>()(
  {
    method: 'GET',
    path: '/api/v1/admin/suppressions',
    tag: 'admin',
    summary: 'The addresses that nothing is sent to, the newest first; for administrators',
    params: nothing,
    query: pageQuery.extend({
      channel: SuppressedChannel.optional(),
      address: z.string().max(320).optional().describe('Only this email or phone number'),
    }),
    body: nothing,
    replies: {
      200: {
        description: 'A page of them',
        schema: z.object({
          items: z.array(Suppression.extend({ id: z.string() })),
          cursor: z.string().optional(),
        }),
      },
    },
    errors: [Forbidden],
  },
  async ({ query: { channel, address, limit, cursor }, caller }, { suppressions, cursors }) => {
    expectAdmin(caller);
    const scope = `suppressions ${channel ?? ''}`;
    const { before } = cursors.open(scope, cursor) ?? {};
    const { items, next } =
      address === undefined
        ? await suppressions.list(channel, limit, before === undefined ? undefined : String(before))
        : { items: await findSuppressions(suppressions, channel, address), next: undefined };
    return {
      status: 200,
      body: {
        items: items.map((each) => ({ ...each, id: suppressionId(each) })),
        cursor: cursors.seal(scope, next === undefined ? undefined : { before: next }),
      },
    };
  },
);
