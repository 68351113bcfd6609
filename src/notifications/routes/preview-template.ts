import { Forbidden } from '../../shared/errors.ts';
import { expectSenderOrAdmin } from '../../shared/http/caller.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { Preview, PreviewInput, preview } from '../templates/preview.ts';

export default route<{ smsMaxParts: number }>()(
  {
    method: 'POST',
    path: '/api/v1/templates/preview',
    tag: 'notifications',
    summary: 'Writes out what a notification would say on a channel; for senders and administrators',
    params: nothing,
    query: nothing,
    body: PreviewInput,
    replies: {
      200: { description: 'The message as it would be sent, to somebody called Ada Lovelace', schema: Preview },
    },
    errors: [Forbidden],
  },
  async ({ body, caller, now }, { smsMaxParts }) => {
    expectSenderOrAdmin(caller);
    return { status: 200, body: await preview(body, smsMaxParts, now) };
  },
);
