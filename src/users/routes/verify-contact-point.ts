import * as z from 'zod';
import { ChangedMeanwhile, Forbidden, NotFound } from '../../shared/errors.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { ownId } from '../access.ts';
import {
  AlreadyVerified,
  CodeNotSent,
  EmailIsThePools,
  NoPhone,
  PhoneStopped,
  sendCode,
} from '../contact-verification.ts';
import type { UsersDeps } from '../users-deps.ts';
import { CodesLimited } from '../verification.ts';
import { channelParams } from './schemas.ts';

export const verifyContactPoint = route<UsersDeps>()(
  {
    method: 'POST',
    path: '/api/v1/users/{id}/contact-points/{channel}/verify',
    tag: 'users',
    summary: 'Sends a code to the phone of the profile (`sms`) or to a webhook (`discord`)',
    params: channelParams,
    query: nothing,
    body: z.strictObject({ address: z.string().max(500).optional() }).prefault({}),
    replies: {
      202: {
        description: 'The code is on its way',
        schema: z.object({ channel: z.string(), valid_until: z.string() }),
      },
    },
    errors: [
      Forbidden,
      NotFound,
      EmailIsThePools,
      NoPhone,
      AlreadyVerified,
      PhoneStopped,
      ChangedMeanwhile,
      CodesLimited,
      CodeNotSent,
    ],
  },
  async ({ params, body, caller, now }, deps) => {
    const userId = ownId(caller, params.id);
    if (params.channel === 'email') throw new EmailIsThePools();
    const { valid_until } = await sendCode(userId, params.channel, body.address, deps, now);
    return { status: 202, body: { channel: params.channel, valid_until } };
  },
);
