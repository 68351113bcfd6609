import { systemClock } from '../../shared/clock.ts';
import { postConfirmation } from '../post-confirmation.ts';
import { confirmationDeps } from './confirmation-deps.ts';
import { trigger } from './trigger.ts';

export const handler = trigger((event) => postConfirmation(event, confirmationDeps(event.userPoolId), systemClock()));
