import { Forbidden, IdempotencyKeyReused } from '../../shared/errors.ts';
import { expectAdmin } from '../../shared/http/caller.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { askRedrive } from '../ask-redrive.ts';
import { RedriveInput } from '../redrive.ts';
import type { RedrivesDeps } from '../redrives-deps.ts';
import { RedriveView, viewRedrive } from '../view.ts';

export default route<RedrivesDeps>()(
  {
    method: 'POST',
    path: '/api/v1/admin/redrives',
    tag: 'admin',
    summary: 'Sends once more what failed for a reason in a stretch of time, and nothing else; for administrators',
    params: nothing,
    query: nothing,
    body: RedriveInput,
    replies: { 202: { description: 'It is under way; Location tells what becomes of it', schema: RedriveView } },
    errors: [Forbidden, IdempotencyKeyReused],
  },
  async ({ body, caller, creation, now }, deps) => {
    expectAdmin(caller);
    const redrive = await askRedrive(body, creation, caller.userId, deps, now);
    const location = `/api/v1/admin/redrives/${redrive.id}`;
    return { status: 202, body: viewRedrive(redrive), headers: { location } };
  },
);
