import { ChangedMeanwhile, Forbidden, NotFound } from '../../shared/errors.ts';
import { empty, nothing, route } from '../../shared/http/route.ts';
import { anyId } from '../access.ts';
import type { UsersDeps } from '../users-deps.ts';
import { userParams } from './schemas.ts';

export const removeExternalId = route<UsersDeps>()(
  {
    method: 'DELETE',
    path: '/api/v1/users/{id}/external-id',
    tag: 'users',
    summary: 'Takes away the id under which another system knows a user, and frees it (administrators)',
    params: userParams,
    query: nothing,
    body: nothing,
    replies: { 204: { description: 'The user has no external id', schema: empty } },
    errors: [Forbidden, NotFound, ChangedMeanwhile],
  },
  async ({ params, caller, now }, { users }) => {
    await users.setExternalId(anyId(caller, params.id), undefined, now);
    return { status: 204, body: undefined };
  },
);
