import * as z from 'zod';
import { ChangedMeanwhile, Forbidden, NotFound } from '../../shared/errors.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { ownId } from '../access.ts';
import { confirmCode, EmailIsThePools } from '../contact-verification.ts';
import type { UsersDeps } from '../users-deps.ts';
import { CodeExpired, CodeWornOut, CodeWrong, NoCodePending } from '../verification.ts';
import { channelParams, contactPointsOf, contactPointsReply } from './schemas.ts';

export const confirmContactPoint = route<UsersDeps>()(
  {
    method: 'POST',
    path: '/api/v1/users/{id}/contact-points/{channel}/confirm',
    tag: 'users',
    summary: 'Takes the code and verifies the address that it was sent to',
    params: channelParams,
    query: nothing,
    body: z.strictObject({ code: z.string().regex(/^\d{6}$/, 'must be the six digits of the code') }),
    replies: { 200: { description: 'The addresses, this one verified', schema: contactPointsReply } },
    errors: [
      Forbidden,
      NotFound,
      EmailIsThePools,
      NoCodePending,
      CodeWrong,
      CodeExpired,
      CodeWornOut,
      ChangedMeanwhile,
    ],
  },
  async ({ params, body, caller, now }, deps) => {
    const userId = ownId(caller, params.id);
    if (params.channel === 'email') throw new EmailIsThePools();
    const person = await confirmCode(userId, params.channel, body.code, deps, now);
    return { status: 200, body: contactPointsOf(person) };
  },
);
