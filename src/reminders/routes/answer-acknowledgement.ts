import * as z from 'zod';
import { readAcknowledgeLink } from '../../notifications/acknowledge-link.ts';
import { ChangedMeanwhile } from '../../shared/errors.ts';
import { htmlReply, PAGE_HEADERS, tokenParams } from '../../shared/http/page.ts';
import { nothing, openRoute } from '../../shared/http/route.ts';
import { answeredPage } from '../acknowledgement/linked-page.ts';
import { SnoozeShortly } from '../reminder.ts';
import type { RemindersApi } from '../reminders-api.ts';

/** One of the page's buttons. */
const Pressed = z.union([z.strictObject({ acknowledge: z.literal('yes') }), z.strictObject({ snooze: SnoozeShortly })]);

export default openRoute<RemindersApi>()(
  {
    method: 'POST',
    path: '/api/v1/acknowledge/{token}',
    tag: 'reminders',
    summary: 'Says by the link in a reminder that its recipient has seen it, or wants to hear of it again',
    params: tokenParams,
    query: nothing,
    body: Pressed,
    takesForms: true,
    replies: {
      200: htmlReply('It is acknowledged: by the recipient, or by somebody who was faster'),
      400: htmlReply('The reminder does not go off so late'),
      403: htmlReply('The link was altered'),
      410: htmlReply('Nobody is asked any more'),
    },
    errors: [ChangedMeanwhile],
  },
  async ({ params, body, now }, deps) => {
    const link = readAcknowledgeLink(params.token, deps.seal);
    const snooze = 'snooze' in body ? body.snooze : undefined;
    return { ...(await answeredPage(link, snooze, now, deps)), headers: PAGE_HEADERS };
  },
);
