import { describe, expect, it } from '@jest/globals';
import { Audience } from '../../src/reminders/reminder.ts';
import { UserId } from '../../src/users/user-id.ts';

describe("the id of somebody in Cognito's pool", () => {
  it.each(['94d8a4b8-7091-70b5-e7c1-2a6f0b3c9d4e', '64d8a4f8-a0c1-70fd-da2e-1b2c3d4e5f60', crypto.randomUUID()])(
    'may be %s: a UUID of any variant',
    (id) => {
      expect(UserId.parse(id)).toBe(id);
      expect(Audience.parse({ kind: 'users', userIds: [id] })).toEqual({ kind: 'users', userIds: [id] });
    },
  );

  it.each(['', 'me', 'ada', '94d8a4b8-7091-70b5-e7c1-2a6f0b3c9d4', 'user#94d8a4b8-7091-70b5-e7c1-2a6f0b3c9d4e'])(
    'is not %j',
    (id) => {
      expect(UserId.safeParse(id).success).toBe(false);
    },
  );
});
