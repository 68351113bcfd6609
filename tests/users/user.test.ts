import { describe, expect, it } from '@jest/globals';
import { IdempotencyKeyReused, NotFound, PreconditionFailed } from '../../src/shared/errors.ts';
import { expectRevision } from '../../src/shared/http/revision.ts';
import {
  addDevice,
  adoptEmail,
  changeProfile,
  confirmUser,
  deviceAt,
  disableDevice,
  emailIsBehind,
  leave,
  removeDevice,
  setContactPoint,
  signUp,
} from '../../src/users/user.ts';

const now = new Date('2026-12-01T08:00:00.000Z');
const later = new Date('2026-12-02T08:00:00.000Z');
const identity = { id: 'sub-1', userName: 'ada', email: 'ada@example.com', emailVerified: true };
const ada = confirmUser(identity, undefined, now);

describe('a confirmed user', () => {
  it('is known since the sign-up, in UTC and English, with a verified email', () => {
    const person = confirmUser(identity, signUp('ada', 'ada@example.com', now), later);
    expect(person).toMatchObject({
      id: 'sub-1',
      created_at: now.toISOString(),
      time_zone: 'UTC',
      locale: 'en',
      contact_points: { email: { address: 'ada@example.com', verified_at: later.toISOString() } },
      revision: 1,
    });
  });

  it('has no verified email when an administrator confirmed the account, until the pool says so', () => {
    const person = confirmUser({ ...identity, emailVerified: false }, undefined, now);
    expect(person.contact_points.email).toEqual({ address: 'ada@example.com' });
    expect(emailIsBehind(person, { ...identity, emailVerified: false })).toBe(false);
    expect(emailIsBehind(person, identity)).toBe(true);
    const verified = adoptEmail(person, identity, later);
    expect(verified.contact_points.email.verified_at).toBe(later.toISOString());
    expect(emailIsBehind(verified, { ...identity, email: 'ADA@example.com' })).toBe(false);
    expect(emailIsBehind(verified, { ...identity, email: 'new@example.com' })).toBe(true);
  });
});

describe('a changed profile', () => {
  it('keeps what is not mentioned and raises the revision', () => {
    const person = changeProfile(ada, { time_zone: 'Europe/Warsaw' }, later);
    expect(person).toMatchObject({ time_zone: 'Europe/Warsaw', locale: 'en', revision: 2 });
    expect(person.updated_at).toBe(later.toISOString());
  });

  it('has to verify another phone again, and not the same one', () => {
    const names = { first_name: 'Ada', last_name: 'Lovelace' };
    const first = changeProfile(ada, { ...names, phone: '+48123456789' }, now);
    expect(first.contact_points.sms).toEqual({ address: '+48123456789' });
    const verified = setContactPoint(first, 'sms', '+48123456789', now, now);
    const same = changeProfile(verified, { ...names, phone: '+48123456789' }, later);
    expect(same.contact_points.sms?.verified_at).toBe(now.toISOString());
    const other = changeProfile(verified, { ...names, phone: '+48987654321' }, later);
    expect(other.contact_points.sms).toEqual({ address: '+48987654321' });
  });

  it('is refused when somebody has changed it since it was read', () => {
    expect(() => expectRevision(ada, 2)).toThrow(PreconditionFailed);
    expect(() => expectRevision(ada, 1)).not.toThrow();
    expect(() => expectRevision(ada, undefined)).not.toThrow();
  });
});

describe('devices', () => {
  const device = (n: number) => ({ id: `d${n}`, platform: 'fcm' as const, endpoint_arn: `arn:${n}` });

  it('are seven at most; the oldest makes room', () => {
    const person = Array.from({ length: 12 }, (_, n) => n).reduce((p, n) => addDevice(p, device(n), now), ada);
    expect(person.devices.map(({ id }) => id)).toEqual(['d5', 'd6', 'd7', 'd8', 'd9', 'd10', 'd11']);
  });

  it('come back when they register again, with the id that they had', () => {
    const disabled = disableDevice(addDevice(ada, device(1), now), 'd1', later);
    expect(disabled.devices[0]?.disabled_at).toBe(later.toISOString());
    const again = addDevice(disabled, { ...device(1), id: 'another' }, later);
    expect(again.devices).toEqual([{ ...device(1), added_at: later.toISOString() }]);
    expect(addDevice(again, device(1), later)).toBe(again);
    expect(deviceAt(again, 'arn:1').id).toBe('d1');
  });

  it('are not mistaken for another request with the same Idempotency-Key', () => {
    const person = addDevice(ada, device(1), now);
    expect(() => addDevice(person, { ...device(1), endpoint_arn: 'arn:other' }, now)).toThrow(IdempotencyKeyReused);
  });

  it('can be removed once', () => {
    const person = addDevice(ada, device(1), now);
    const removed = removeDevice(person, 'd1', later);
    expect(removed.devices).toEqual([]);
    expect(() => removeDevice(removed, 'd1', later)).toThrow(NotFound);
  });
});

it('a leaving user has no address on any channel, and what is theirs is known until it is let go of', () => {
  const person = setContactPoint(ada, 'sms', '+48123456789', now, now);
  expect(leave(person, later)).toEqual({
    status: 'LEAVING',
    id: 'sub-1',
    user_name: 'ada',
    email: 'ada@example.com',
    phone: '+48123456789',
    leaving_since: later.toISOString(),
  });
});
