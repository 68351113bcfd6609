import * as z from 'zod';
import { Forbidden } from '../../shared/errors.ts';
import { expectAdmin } from '../../shared/http/caller.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { RedriveNotFound } from '../redrive.ts';
import type { RedrivesDeps } from '../redrives-deps.ts';
import { RedriveView, viewRedrive } from '../view.ts';

export default route<RedrivesDeps>()(
  {
    method: 'GET',
    path: '/api/v1/admin/redrives/{id}',
    tag: 'admin',
    summary: 'What became of a redrive; for administrators',
    params: z.object({ id: z.uuid() }),
    query: nothing,
    body: nothing,
    replies: { 200: { description: 'The redrive', schema: RedriveView } },
    errors: [Forbidden, RedriveNotFound],
  },
  async ({ params, caller }, { redrives }) => {
    expectAdmin(caller);
    const redrive = await redrives.find(params.id);
    if (!redrive) throw new RedriveNotFound();
    return { status: 200, body: viewRedrive(redrive) };
  },
);
