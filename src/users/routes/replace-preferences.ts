import { ChangedMeanwhile, Forbidden, NotFound, PreconditionFailed } from '../../shared/errors.ts';
import { etag, expectRevision } from '../../shared/http/revision.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { ownId } from '../access.ts';
import { choose } from '../user.ts';
import type { UsersDeps } from '../users-deps.ts';
import { documentOf, preferencesDocument } from './preferences-document.ts';
import { userParams } from './schemas.ts';

export const replacePreferences = route<UsersDeps>()(
  {
    method: 'PUT',
    path: '/api/v1/users/{id}/preferences',
    tag: 'users',
    summary:
      'Sets all of one’s preferences: what is left out returns to its default; they hold for everything not yet sent',
    params: userParams,
    query: nothing,
    body: preferencesDocument,
    replies: { 200: { description: 'The preferences after the change', schema: preferencesDocument } },
    errors: [Forbidden, NotFound, PreconditionFailed, ChangedMeanwhile],
  },
  async ({ params, body, caller, expectedRevision, now }, { users }) => {
    const { preferred_channels, locale, ...preferences } = body;
    const person = await users.change(ownId(caller, params.id), (current) => {
      expectRevision(current, expectedRevision);
      return choose(current, { preferences, preferred_channels, locale }, now);
    });
    return { status: 200, body: documentOf(person), headers: etag(person) };
  },
);
