import * as z from 'zod';
import { ChangedMeanwhile } from '../../shared/errors.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { acknowledgeOccurrence, askedOccurrence } from '../acknowledgement/acknowledge-occurrence.ts';
import { AcknowledgementNotAsked, AcknowledgementOver } from '../acknowledgement/asking.ts';
import { OccurrenceNotFound } from '../occurrence.ts';
import { SnoozeShortly } from '../reminder.ts';
import type { RemindersApi } from '../reminders-api.ts';
import { AcknowledgementView, viewAcknowledgement } from '../view.ts';

export default route<RemindersApi>()(
  {
    method: 'POST',
    path: '/api/v1/occurrences/{id}/acknowledge',
    tag: 'reminders',
    summary: 'Says that the caller has seen what went off, so that nobody else is asked; the first one counts',
    params: z.object({ id: z.string().max(100) }),
    query: nothing,
    body: z.strictObject({ snooze: SnoozeShortly.optional() }).default({}),
    replies: {
      200: {
        description: 'It is acknowledged: by the caller, or by somebody who was faster',
        schema: AcknowledgementView,
      },
    },
    errors: [OccurrenceNotFound, AcknowledgementNotAsked, AcknowledgementOver, ChangedMeanwhile],
  },
  async ({ params, body, caller, now }, deps) => {
    await askedOccurrence(params.id, caller.userId, deps);
    const acknowledging = { occurrenceId: params.id, by: caller.userId, snooze: body.snooze };
    const acknowledgement = viewAcknowledgement(await acknowledgeOccurrence(acknowledging, now, deps));
    if (!acknowledgement) throw new AcknowledgementNotAsked();
    return { status: 200, body: acknowledgement };
  },
);
