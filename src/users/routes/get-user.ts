import { Forbidden, NotFound } from '../../shared/errors.ts';
import { etag } from '../../shared/http/revision.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { ownOrAdminId } from '../access.ts';
import type { UsersDeps } from '../users-deps.ts';
import { userParams, userReply } from './schemas.ts';

export const getUser = route<UsersDeps>()(
  {
    method: 'GET',
    path: '/api/v1/users/{id}',
    tag: 'users',
    summary: 'Tells who a user is: oneself (`me`), or for administrators anybody',
    params: userParams,
    query: nothing,
    body: nothing,
    replies: { 200: { description: 'The user', schema: userReply } },
    errors: [Forbidden, NotFound],
  },
  async ({ params, caller }, { users }) => {
    const person = await users.find(ownOrAdminId(caller, params.id));
    if (!person) throw new NotFound();
    return { status: 200, body: person, headers: etag(person) };
  },
);
