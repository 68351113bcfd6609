import type { UserStore } from '../users/user-store.ts';
import type { IdentityProvider } from './identity-provider.ts';

/** What the routes without a token need. */
export interface AuthDeps {
  readonly users: Pick<UserStore, 'findByEmail'>;
  readonly identities: IdentityProvider;
}
