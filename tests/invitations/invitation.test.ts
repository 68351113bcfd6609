import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  answerInvitation,
  ensureInvitableAgain,
  ensureNotUsedUp,
  expectMoveAt,
  expire,
  giveUp,
  type Invitation,
  Invitee,
  invite,
  isOpen,
  isTold,
  type OpenInvitation,
  openFor,
  takeOver,
  waitsUntil,
  withdraw,
  withdrawIfOpen,
} from '../../src/invitations/invitation.ts';
import { InvitationsEnv } from '../../src/invitations/invitations-env.ts';
import { milliseconds } from '../../src/shared/duration.ts';

const DAY = 24 * 3600 * 1000;
const now = new Date('2026-12-01T08:00:00.000Z');
const later = (ms: number) => new Date(now.getTime() + ms);
const lasts = 14 * DAY;
const theEnd = later(lasts);

const sending = (id: string, to: Invitee, userId?: string) => ({
  creation: { id, fingerprint: 'f' },
  groupId: 'choir',
  invitedBy: 'owner',
  to,
  userId,
  lasts,
});

function open(id = 'i', at = now): OpenInvitation {
  const invitation = invite(sending(id, { user_id: 'ada' }, 'ada'), at);
  if (invitation.status !== 'OPEN') throw new Error('it is not open');
  return invitation;
}
const waiting = () => invite(sending('w', { email: 'ada@example.com' }), now);
const answered = (how: 'ACCEPTED' | 'DECLINED', id = 'i', at = now) => answerInvitation(open(id), 'ada', how, at);

describe('an invitation', () => {
  it('of somebody who is known is open at once, for fourteen days', () => {
    expect(open()).toMatchObject({ status: 'OPEN', user_id: 'ada', run: 1, expires_at: theEnd.toISOString() });
    expect(isOpen(open(), later(lasts - 1))).toBe(true);
    expect(isOpen(open(), theEnd)).toBe(false);
  });

  it('of an address that is nobody’s waits, and becomes the one’s who verifies it', () => {
    expect(waiting()).toMatchObject({ status: 'WAITING_FOR_SIGN_UP', due: theEnd.toISOString() });
    expect('user_id' in waiting()).toBe(false);
    const opened = openFor(waiting(), 'ada', later(DAY));
    expect(opened).toMatchObject({ status: 'OPEN', user_id: 'ada', opened_at: later(DAY).toISOString() });
    expect(opened.expires_at).toBe(theEnd.toISOString());
    expect(openFor(opened, 'ben', later(DAY))).toBe(opened);
  });

  it('is nobody’s any more who verifies the address too late', () => {
    const past = waiting();
    expect(openFor(past, 'ada', theEnd)).toBe(past);
  });

  it('is answered by nobody but its invitee', () => {
    expect(() => answerInvitation(open(), 'ben', 'ACCEPTED', now)).toThrow(/No such/);
    expect(() => answerInvitation(waiting(), 'ada', 'ACCEPTED', now)).toThrow(/No such/);
  });

  it.each(['ACCEPTED', 'DECLINED'] as const)('that is %s stays so', (how) => {
    const first = answered(how);
    expect(first).toMatchObject({ status: how, user_id: 'ada', ended_at: now.toISOString(), revision: 2 });
    expect('due' in first).toBe(false);
    expect(answerInvitation(first, 'ada', how, later(lasts * 2))).toBe(first);
    const other = how === 'ACCEPTED' ? 'DECLINED' : 'ACCEPTED';
    expect(() => answerInvitation(first, 'ada', other, now)).toThrow(/has its answer/);
    expect(() => withdraw(first, now)).toThrow(/has its answer/);
    expect(expire(first, theEnd)).toBe(first);
    expect(withdrawIfOpen(first, now)).toBe(first);
  });

  it('is withdrawn once, and then not answered any more', () => {
    const withdrawn = withdraw(open(), now);
    expect(withdrawn).toMatchObject({ status: 'WITHDRAWN', user_id: 'ada' });
    expect(withdraw(withdrawn, now)).toBe(withdrawn);
    expect(() => answerInvitation(withdrawn, 'ada', 'ACCEPTED', now)).toThrow(/withdrawn/);
    expect(withdraw(waiting(), now)).toMatchObject({ status: 'WITHDRAWN', user_id: undefined });
  });

  it('takes no answer from its last instant on, written down or not', () => {
    expect(() => answerInvitation(open(), 'ada', 'ACCEPTED', theEnd)).toThrow(/expired/);
    expect(() => withdraw(open(), theEnd)).toThrow(/expired/);
    const early = open();
    expect(expire(early, later(lasts - 1))).toBe(early);
    const expired = expire(early, theEnd);
    expect(expired).toMatchObject({ status: 'EXPIRED' });
    expect(() => answerInvitation(expired, 'ada', 'DECLINED', now)).toThrow(/expired/);
    expect(expire(waiting(), theEnd)).toMatchObject({ status: 'EXPIRED' });
  });

  it('is moved on by the execution that has it, and by the next one only', () => {
    const moved = expectMoveAt(open(), 1, later(DAY));
    expect(moved).toMatchObject({ due: later(DAY).toISOString(), revision: 2 });
    expect(expectMoveAt(moved, 1, later(DAY))).toBe(moved);
    expect(expectMoveAt(moved, 2, later(2 * DAY))).toBe(moved);
    const taken = takeOver(moved, 2, later(DAY));
    expect(taken).toMatchObject({ run: 2, due: later(DAY).toISOString() });
    expect(takeOver(taken, 2, later(DAY))).toBe(taken);
    expect(isOpen(giveUp(taken, now), now)).toBe(true);
    const declined = answered('DECLINED');
    expect(takeOver(declined, 2, now)).toBe(declined);
    expect(giveUp(declined, now)).toBe(declined);
  });

  it('is reminded of before it expires, or not', () => {
    expect(waitsUntil(open(), 3 * DAY)).toEqual(later(3 * DAY));
    expect(waitsUntil(open(), 20 * DAY)).toEqual(theEnd);
  });

  it('has one end, whatever happens in whatever order', () => {
    const verbs: ((invitation: Invitation, at: Date) => Invitation)[] = [
      (invitation, at) => answerInvitation(invitation, 'ada', 'ACCEPTED', at),
      (invitation, at) => answerInvitation(invitation, 'ada', 'DECLINED', at),
      withdraw,
      withdrawIfOpen,
      expire,
      (invitation, at) => openFor(invitation, 'ada', at),
      (invitation, at) => takeOver(invitation, 2, at),
      giveUp,
    ];
    const steps = fc.array(fc.tuple(fc.constantFrom(...verbs), fc.integer({ min: 0, max: 20 })), { maxLength: 12 });
    fc.assert(
      fc.property(fc.boolean(), steps, (known, taken) => {
        let current: Invitation = known ? open() : waiting();
        let end: Invitation | undefined;
        for (const [verb, days] of taken.toSorted(([, a], [, b]) => a - b)) {
          try {
            const next = verb(current, later(days * DAY));
            expect(next === current || next.revision === current.revision + 1).toBe(true);
            current = next;
          } catch (error) {
            expect(error).toMatchObject({ problem: { status: expect.any(Number) } });
          }
          if (end) expect(current).toBe(end);
          if ('ended_at' in current) end = current;
        }
      }),
    );
  });
});

describe('who is invited again', () => {
  it('is nobody within thirty days after declining', () => {
    const declined = answered('DECLINED');
    expect(() => ensureInvitableAgain(declined, later(30 * DAY - 1))).toThrow(/declined/);
    expect(() => ensureInvitableAgain(declined, later(30 * DAY))).not.toThrow();
    expect(() => ensureInvitableAgain(withdraw(open(), now), now)).not.toThrow();
  });

  it('is not told of two invitations at the same time, nor of several within a day', () => {
    const second = open('second');
    const told = (invitation: Invitation | undefined, at = now) => ({ id: invitation?.id ?? 'gone', invitation, at });
    expect(isTold(second, undefined, now)).toBe(true);
    expect(isTold(second, told(second), now)).toBe(true);
    expect(isTold(second, told(open()), later(2 * DAY))).toBe(false);
    expect(isTold(second, told(open()), theEnd)).toBe(true);
    expect(isTold(second, told(withdraw(open(), now)), later(DAY - 1))).toBe(false);
    expect(isTold(second, told(withdraw(open(), now)), later(DAY))).toBe(true);
    expect(isTold(second, told(answered('DECLINED')), later(29 * DAY))).toBe(false);
    expect(isTold(second, told(answered('DECLINED')), later(30 * DAY))).toBe(true);
    expect(isTold(second, told(undefined), later(DAY))).toBe(true);
  });

  it('does not come back by an invitation from before they joined', () => {
    const joined = answered('ACCEPTED', 'first', later(2 * DAY));
    const told = { id: 'first', invitation: joined, at: later(2 * DAY) };
    expect(() => ensureNotUsedUp(open('second'), told)).toThrow(/has its answer/);
    expect(() => ensureNotUsedUp(open('third', later(3 * DAY)), told)).not.toThrow();
    expect(() => ensureNotUsedUp(open('first'), told)).not.toThrow();
    expect(() => ensureNotUsedUp(open('second'), undefined)).not.toThrow();
  });
});

describe('an invitee', () => {
  it.each([{ user_id: 'ada' }, { email: 'ada@example.com' }, { phone: '+48123456789' }])('is named by %j', (to) => {
    expect(Invitee.parse(to)).toEqual(to);
  });

  it.each([{}, { user_id: '' }, { email: 'ada' }, { phone: '123' }, { user_id: 'ada', email: 'ada@example.com' }])(
    'is not named by %j',
    (to) => {
      expect(Invitee.safeParse(to).success).toBe(false);
    },
  );
});

describe('the lengths', () => {
  it('are durations of days and less', () => {
    expect(milliseconds('P14D')).toBe(lasts);
    expect(milliseconds('P1DT2H')).toBe(26 * 3600 * 1000);
    for (const text of ['P1M', 'PT1S', 'P57D', 'soon'])
      expect(InvitationsEnv.safeParse({ INVITATION_EXPIRES_AFTER: text }).success).toBe(false);
  });
});
