import { describe, expect, it } from '@jest/globals';
import { TooManyAttempts } from '../../src/auth/auth-errors.ts';
import { confirmByEmail } from '../../src/auth/by-email.ts';
import { CodeExpired, CodeWrong } from '../../src/users/verification.ts';

/** A pool that limits attempts per sign-up, which the emulator does not. */
const poolWith = (refusals: Record<string, Error>) => {
  const confirmed: string[] = [];
  const confirm = async (userName: string) => {
    const refusal = refusals[userName];
    if (refusal) throw refusal;
    confirmed.push(userName);
  };
  return { confirmed, confirm };
};

describe('a code for an email that several have signed up with', () => {
  it('confirms the one it was sent to, even when the attempts on another are used up', async () => {
    const pool = poolWith({ newest: new TooManyAttempts(), other: new CodeWrong() });
    await confirmByEmail(['newest', 'other', 'mine'], '123456', { identities: pool });
    expect(pool.confirmed).toEqual(['mine']);
  });

  it.each([
    [[new CodeWrong(), new TooManyAttempts()], TooManyAttempts],
    [[new TooManyAttempts(), new CodeExpired()], CodeExpired],
    [[new CodeExpired(), new TooManyAttempts()], CodeExpired],
    [[new CodeWrong(), new CodeWrong()], CodeWrong],
  ])('says the most that is known when it is none of theirs: %s', async (refusals, told) => {
    const [a, b] = refusals;
    const pool = poolWith({ a: a ?? new CodeWrong(), b: b ?? new CodeWrong() });
    await expect(confirmByEmail(['a', 'b'], '123456', { identities: pool })).rejects.toBeInstanceOf(told);
  });
});
