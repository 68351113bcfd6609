import * as z from 'zod';
import { nothing, route } from '../../shared/http/route.ts';
import { OccurrenceNotFound } from '../occurrence.ts';
import type { RemindersApi } from '../reminders-api.ts';
import { traceOf } from '../trace.ts';
import { TraceView } from '../view.ts';

export default route<RemindersApi>()(
  {
    method: 'GET',
    path: '/api/v1/occurrences/{id}',
    tag: 'trace',
    summary: 'The whole story of an occurrence: what happened when, who got it on which channel, who did not and why',
    params: z.object({ id: z.string().max(100) }),
    query: z.object({ cursor: z.string().max(2000).optional() }),
    body: nothing,
    replies: { 200: { description: 'The trace; with a cursor when there are more deliveries', schema: TraceView } },
    errors: [OccurrenceNotFound],
  },
  async ({ params, query, caller }, deps) => {
    return { status: 200, body: await traceOf(params.id, caller.userId, query.cursor, deps) };
  },
);
