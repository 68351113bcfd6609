import { Forbidden } from '../shared/errors.ts';
import { type Caller, expectAdmin, isAdmin } from '../shared/http/caller.ts';

/** The user id that a path means; `me` is the caller. Throws Forbidden for somebody else's. */
export function ownId(caller: Caller, id: string): string {
  if (id !== 'me' && id !== caller.userId) throw new Forbidden();
  return caller.userId;
}

/** The same, but administrators may name anybody. */
export function ownOrAdminId(caller: Caller, id: string): string {
  return isAdmin(caller) && id !== 'me' ? id : ownId(caller, id);
}

/** For administrators only: the user id that a path means. Throws Forbidden for anybody else, whoever it names. */
export function anyId(caller: Caller, id: string): string {
  expectAdmin(caller);
  return ownOrAdminId(caller, id);
}
