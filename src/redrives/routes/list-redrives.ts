import * as z from 'zod';
import { Forbidden } from '../../shared/errors.ts';
import { expectAdmin } from '../../shared/http/caller.ts';
import { pageQuery } from '../../shared/http/cursor.ts';
import { nothing, route } from '../../shared/http/route.ts';
import type { RedrivesDeps } from '../redrives-deps.ts';
import { RedriveView, viewRedrive } from '../view.ts';

export default route<RedrivesDeps>()(
  {
    method: 'GET',
    path: '/api/v1/admin/redrives',
    tag: 'admin',
    summary: 'The redrives of the last 90 days, the newest first; for administrators',
    params: nothing,
    query: pageQuery,
    body: nothing,
    replies: {
      200: {
        description: 'A page of them',
        schema: z.object({ items: z.array(RedriveView), cursor: z.string().optional() }),
      },
    },
    errors: [Forbidden],
  },
  async ({ query: { limit, cursor }, caller }, { redrives, cursors }) => {
    expectAdmin(caller);
    const { before } = cursors.open('redrives', cursor) ?? {};
    const { items, next } = await redrives.list(limit, before === undefined ? undefined : String(before));
    return {
      status: 200,
      body: {
        items: items.map(viewRedrive),
        cursor: cursors.seal('redrives', next === undefined ? undefined : { before: next }),
      },
    };
  },
);
