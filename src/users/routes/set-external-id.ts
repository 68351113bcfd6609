import * as z from 'zod';
import { ChangedMeanwhile, Forbidden, NotFound } from '../../shared/errors.ts';
import { etag } from '../../shared/http/revision.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { anyId } from '../access.ts';
import { ExternalId, ExternalIdTaken } from '../user.ts';
import type { UsersDeps } from '../users-deps.ts';
import { userParams, userReply } from './schemas.ts';

export const setExternalId = route<UsersDeps>()(
  {
    method: 'PUT',
    path: '/api/v1/users/{id}/external-id',
    tag: 'users',
    summary: 'Sets the id under which another system knows a user, in place of the one before (administrators)',
    params: userParams,
    query: nothing,
    body: z.strictObject({ external_id: ExternalId }),
    replies: { 200: { description: 'The user after the change', schema: userReply } },
    errors: [Forbidden, NotFound, ExternalIdTaken, ChangedMeanwhile],
  },
  async ({ params, body, caller, now }, { users }) => {
    const person = await users.setExternalId(anyId(caller, params.id), body.external_id, now);
    return { status: 200, body: person, headers: etag(person) };
  },
);
