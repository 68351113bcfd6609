import { ChangedMeanwhile, Forbidden } from '../../shared/errors.ts';
import { empty, nothing, route } from '../../shared/http/route.ts';
import { ownOrAdminId } from '../../users/access.ts';
import { userParams } from '../../users/routes/schemas.ts';
import { type RemovalDeps, removeAccount } from '../remove-account.ts';

export const deleteAccount = route<RemovalDeps>()(
  {
    method: 'DELETE',
    path: '/api/v1/users/{id}',
    tag: 'users',
    summary: 'Removes the account and everything that is kept of the person',
    params: userParams,
    query: nothing,
    body: nothing,
    replies: { 204: { description: 'Nothing of the person is left', schema: empty } },
    errors: [Forbidden, ChangedMeanwhile],
  },
  async ({ params, caller, now }, deps) => {
    await removeAccount(ownOrAdminId(caller, params.id), deps, now);
    return { status: 204, body: undefined };
  },
);
