import * as z from 'zod';
import { systemClock } from '../../shared/clock.ts';
import { documentClient } from '../../shared/dynamodb/client.ts';
import { readEnv } from '../../shared/env.ts';
import { userStore } from '../../users/user-store.ts';
import { preSignUp } from '../pre-sign-up.ts';
import { trigger } from './trigger.ts';

const env = readEnv(z.object({ USERS_TABLE: z.string().min(1), SIGN_UP_CONFIRMATION: z.enum(['email', 'none']) }));
const users = userStore(documentClient(), env.USERS_TABLE);
const withoutCode = env.SIGN_UP_CONFIRMATION === 'none';

export const handler = trigger((event) => preSignUp(event, { users, withoutCode }, systemClock()));
