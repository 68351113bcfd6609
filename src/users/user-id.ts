import * as z from 'zod';

/** The `sub` of a Cognito account: a UUID, of newer pools in a variant that is none of RFC 9562's. */
export const UserId = z.guid();
