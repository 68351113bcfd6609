import type { UserStore } from '../users/user-store.ts';
import type { Invitee } from './invitation.ts';

/** Who is meant. */
export interface Invitees {
  /** The id of the user, or of the one who has verified the address; undefined where there is none. */
  find(to: Invitee): Promise<string | undefined>;
}

export function inviteesOf(users: Pick<UserStore, 'find' | 'findIdByEmail' | 'findIdByPhone'>): Invitees {
  const idOf = async (to: Invitee) => {
    if ('user_id' in to) return to.user_id;
    return 'email' in to ? users.findIdByEmail(to.email) : users.findIdByPhone(to.phone);
  };
  return {
    async find(to) {
      const id = await idOf(to);
      // An account that is being removed is nobody's any more.
      return id === undefined ? undefined : (await users.find(id))?.id;
    },
  };
}
