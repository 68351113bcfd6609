import * as z from 'zod';
import { ChangedMeanwhile, Forbidden, IdempotencyKeyReused, NotFound } from '../../shared/errors.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { ownId } from '../access.ts';
import { addDevice as add, deviceAt, Platform } from '../user.ts';
import type { UsersDeps } from '../users-deps.ts';
import { deviceReply, userParams } from './schemas.ts';

export const addDevice = route<UsersDeps>()(
  {
    method: 'POST',
    path: '/api/v1/users/{id}/devices',
    tag: 'users',
    summary: 'Makes an app on a phone known for push; the same token again is the same device',
    params: userParams,
    query: nothing,
    body: z.strictObject({ platform: Platform, token: z.string().min(1).max(2048) }),
    replies: { 201: { description: 'The device', schema: deviceReply } },
    errors: [Forbidden, NotFound, IdempotencyKeyReused, ChangedMeanwhile],
  },
  async ({ params, body, caller, creation, now }, { users, push }) => {
    const userId = ownId(caller, params.id);
    if (!(await users.find(userId))) throw new NotFound();
    const endpoint_arn = await push.register(body.platform, body.token);
    const person = await users.change(userId, (current) =>
      add(current, { id: creation.id, platform: body.platform, endpoint_arn }, now),
    );
    const device = deviceAt(person, endpoint_arn);
    return { status: 201, body: device, headers: { location: `/api/v1/users/${userId}/devices/${device.id}` } };
  },
);
