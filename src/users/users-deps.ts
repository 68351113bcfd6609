import type { Seal } from '../shared/seal.ts';
import type { VerificationDeps } from './contact-verification.ts';
import type { PushRegistry } from './push-registry.ts';

/** What the routes of users need. */
export interface UsersDeps extends VerificationDeps {
  readonly push: PushRegistry;
  readonly seal: Seal;
}
