import { Forbidden, NotFound } from '../../shared/errors.ts';
import { etag } from '../../shared/http/revision.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { ownOrAdminId } from '../access.ts';
import type { UsersDeps } from '../users-deps.ts';
import { documentOf, preferencesDocument } from './preferences-document.ts';
import { userParams } from './schemas.ts';

export const getPreferences = route<UsersDeps>()(
  {
    method: 'GET',
    path: '/api/v1/users/{id}/preferences',
    tag: 'users',
    summary: 'Tells what a user wants to be told, on which channels, and when not',
    params: userParams,
    query: nothing,
    body: nothing,
    replies: { 200: { description: 'The preferences', schema: preferencesDocument } },
    errors: [Forbidden, NotFound],
  },
  async ({ params, caller }, { users }) => {
    const person = await users.find(ownOrAdminId(caller, params.id));
    if (!person) throw new NotFound();
    return { status: 200, body: documentOf(person), headers: etag(person) };
  },
);
