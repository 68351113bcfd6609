import * as z from 'zod';
import { ChangedMeanwhile, Forbidden, NotFound } from '../../shared/errors.ts';
import { empty, nothing, route } from '../../shared/http/route.ts';
import { ownId } from '../access.ts';
import { removeDevice as remove } from '../user.ts';
import type { UsersDeps } from '../users-deps.ts';
import { userParams } from './schemas.ts';

export const removeDevice = route<UsersDeps>()(
  {
    method: 'DELETE',
    path: '/api/v1/users/{id}/devices/{deviceId}',
    tag: 'users',
    summary: 'Ends push to a device',
    params: userParams.extend({ deviceId: z.string().min(1).max(128) }),
    query: nothing,
    body: nothing,
    replies: { 204: { description: 'Push no longer goes there', schema: empty } },
    errors: [Forbidden, NotFound, ChangedMeanwhile],
  },
  async ({ params, caller, now }, { users }) => {
    await users.change(ownId(caller, params.id), (current) => remove(current, params.deviceId, now));
    return { status: 204, body: undefined };
  },
);
