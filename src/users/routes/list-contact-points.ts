import { Forbidden, NotFound } from '../../shared/errors.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { ownOrAdminId } from '../access.ts';
import type { UsersDeps } from '../users-deps.ts';
import { contactPointsOf, contactPointsReply, userParams } from './schemas.ts';

export const listContactPoints = route<UsersDeps>()(
  {
    method: 'GET',
    path: '/api/v1/users/{id}/contact-points',
    tag: 'users',
    summary: 'Lists the address on each channel and whether it is verified',
    params: userParams,
    query: nothing,
    body: nothing,
    replies: { 200: { description: 'The addresses', schema: contactPointsReply } },
    errors: [Forbidden, NotFound],
  },
  async ({ params, caller }, { users }) => {
    const person = await users.find(ownOrAdminId(caller, params.id));
    if (!person) throw new NotFound();
    return { status: 200, body: contactPointsOf(person) };
  },
);
