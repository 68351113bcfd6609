import { ChangedMeanwhile, Forbidden, NotFound, PreconditionFailed } from '../../shared/errors.ts';
import { etag, expectRevision } from '../../shared/http/revision.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { ownId } from '../access.ts';
import { changeProfile } from '../user.ts';
import type { UsersDeps } from '../users-deps.ts';
import { profileChange, userParams, userReply } from './schemas.ts';

export const changeUser = route<UsersDeps>()(
  {
    method: 'PATCH',
    path: '/api/v1/users/{id}',
    tag: 'users',
    summary: 'Changes one’s own name and phone (the three together), time zone, locale or preferred channels',
    params: userParams,
    query: nothing,
    body: profileChange,
    replies: { 200: { description: 'The user after the change', schema: userReply } },
    errors: [Forbidden, NotFound, PreconditionFailed, ChangedMeanwhile],
    clientsLookAt: 'message',
  },
  async ({ params, body, caller, expectedRevision, now }, { users }) => {
    let phone: string | undefined;
    const person = await users.change(ownId(caller, params.id), (current) => {
      expectRevision(current, expectedRevision);
      phone = current.contact_points.sms?.address;
      return changeProfile(current, body, now);
    });
    if (phone !== undefined && phone !== person.contact_points.sms?.address) await users.releasePhone(phone, person.id);
    return { status: 200, body: person, headers: etag(person) };
  },
);
