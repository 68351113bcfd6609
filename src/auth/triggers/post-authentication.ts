import { systemClock } from '../../shared/clock.ts';
import { postAuthentication } from '../post-authentication.ts';
import { confirmationDeps } from './confirmation-deps.ts';
import { trigger } from './trigger.ts';

export const handler = trigger((event) => postAuthentication(event, confirmationDeps(event.userPoolId), systemClock()));
