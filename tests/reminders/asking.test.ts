import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type Asking,
  acknowledge,
  beginAsking,
  escalate,
  expectedAt,
  holdToken,
  lastUntil,
  tierOn,
  withdrawAsking,
  withoutToken,
} from '../../src/reminders/acknowledgement/asking.ts';
import { occurrenceId, occurrenceOfRef, occurrenceRef } from '../../src/reminders/occurrence.ts';
import { Acknowledgement, againAt, type Reminder, remindAgain } from '../../src/reminders/reminder.ts';

const START = Date.parse('2031-03-01T09:00:00.000Z');
const at = (seconds: number) => new Date(START + seconds * 1000);

const tier = { channels: ['inbox'], audience: { kind: 'me' }, within: 'PT1M' };
const asked = (tiers: number) =>
  // biome-ignore lint/suspicious/noThenProperty: a list, which nothing calls
  Acknowledgement.parse({ within: 'PT1M', then: Array.from({ length: tiers }, () => tier) });

/** Whatever may happen to asking, by whomever: late, twice, and for a tier that is long over. */
const happening = fc.oneof(
  fc.record({ what: fc.constant('over' as const), tier: fc.integer({ min: 0, max: 6 }) }),
  fc.record({ what: fc.constant('token' as const), tier: fc.integer({ min: 0, max: 6 }) }),
  fc.record({ what: fc.constantFrom('acknowledged' as const, 'withdrawn' as const, 'restarted' as const) }),
);
type Happening = typeof happening extends fc.Arbitrary<infer H> ? H : never;

function step(asking: Asking, happened: Happening, acknowledgement: Acknowledgement, now: Date, latest: Date): Asking {
  switch (happened.what) {
    case 'over':
      return escalate(asking, acknowledgement, happened.tier, now, latest);
    case 'token':
      return holdToken(asking, happened.tier, `token of ${happened.tier}`);
    case 'acknowledged':
      return acknowledge(asking, 'ada', undefined, now);
    case 'withdrawn':
      return withdrawAsking(asking, now);
    case 'restarted':
      return withoutToken(asking);
  }
}

describe('asking for an acknowledgement', () => {
  it('goes through the tiers in turn, is decided once, and begins nothing after that or after the last instant', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 5 }),
        fc.array(fc.tuple(happening, fc.integer({ min: 0, max: 40 })), { maxLength: 40 }),
        fc.integer({ min: 1, max: 600 }),
        (tiers, story, latestAfter) => {
          const acknowledgement = asked(tiers);
          const latest = at(latestAfter);
          let [asking, clock] = [beginAsking(acknowledgement, at(0), latest), 0];
          for (const [happened, passed] of story) {
            clock += passed;
            const before = asking;
            asking = step(before, happened, acknowledgement, at(clock), latest);
            expect(asking.tiers.slice(0, before.tiers.length)).toEqual(before.tiers);
            expect(asking.tiers.length - before.tiers.length).toBeLessThanOrEqual(1);
            if (before.end) expect({ ...asking, token: 0 }).toEqual({ ...before, token: 0 });
            if (asking.tiers.length > before.tiers.length) {
              expect(at(clock).getTime()).toBeLessThan(latest.getTime());
              expect(asking.token).toBeUndefined();
            }
            if (asking.token !== undefined) expect(asking.token).toBe(`token of ${tierOn(asking)}`);
            for (const { since, until } of asking.tiers) {
              expect(Date.parse(until)).toBeLessThanOrEqual(Math.min(Date.parse(since) + 60_000, latest.getTime()));
            }
          }
          expect(asking.tiers.length).toBeLessThanOrEqual(1 + tiers);
          expect(expectedAt(asking)).toBeDefined();
        },
      ),
    );
  });

  it('ends unacknowledged after exactly the tiers that there are', () => {
    for (let tiers = 0; tiers <= 5; tiers++) {
      let asking = beginAsking(asked(tiers), at(0), undefined);
      for (let n = 0; n <= tiers; n++) {
        expect(asking.end).toBeUndefined();
        asking = escalate(asking, asked(tiers), n, at(60 * (n + 1)), undefined);
        // The same step again.
        expect(escalate(asking, asked(tiers), n, at(60 * (n + 1) + 5), undefined)).toBe(asking);
      }
      expect(asking).toMatchObject({ end: { kind: 'UNACKNOWLEDGED' } });
      expect(asking.tiers).toHaveLength(tiers + 1);
      for (let from = 0; from <= tiers; from++)
        expect(lastUntil(asked(tiers), asking, from, undefined)).toEqual(at(60 * (tiers + 1)));
    }
  });

  it('lasts as long as the tiers to come, also where one begins late', () => {
    const late = escalate(beginAsking(asked(2), at(0), undefined), asked(2), 0, at(1000), undefined);
    expect(lastUntil(asked(2), late, 0, undefined)).toEqual(at(180));
    expect(lastUntil(asked(2), late, 1, undefined)).toEqual(at(1120));
    expect(lastUntil(asked(2), late, 1, at(1100))).toEqual(at(1100));
  });

  it('is expected to go on when the wait ends, and at once where nobody waits', () => {
    const begun = beginAsking(asked(1), at(0), undefined);
    expect(expectedAt(begun)).toBe(at(0).toISOString());
    const held = holdToken(begun, 0, 'token');
    expect(expectedAt(held)).toBe(at(60).toISOString());
    expect(expectedAt(withoutToken(held))).toBe(at(0).toISOString());
    expect(expectedAt(acknowledge(held, 'ada', undefined, at(7)))).toBe(at(7).toISOString());
  });
});

describe('a reminder that somebody wants to hear of again', () => {
  const base = {
    id: '6f0d7c1e-5f0b-4c55-9d5e-1d1f7a1c2b3d',
    ownerId: 'ada',
    title: 'Tea',
    message: 'Now',
    schedule: { at: '2031-03-01T09:00:00', timeZone: 'UTC', rrule: 'FREQ=DAILY' },
    channels: 'preferred' as const,
    audience: { kind: 'me' as const },
    variables: {},
    revision: 3,
    fingerprint: '',
    createdAt: at(0).toISOString(),
    updatedAt: at(0).toISOString(),
  };

  it('goes off then, or when it would have anyway', () => {
    const tomorrow: Reminder = { ...base, status: 'SCHEDULED', dueAt: at(86_400).toISOString() };
    expect(remindAgain(tomorrow, at(600), at(5))).toMatchObject({ dueAt: at(600).toISOString(), revision: 4 });
    expect(remindAgain(tomorrow, at(90_000), at(5))).toBe(tomorrow);
    expect(againAt(tomorrow, at(90_000))).toEqual(at(86_400));
    const last: Reminder = { ...base, status: 'FIRING' };
    expect(remindAgain(last, at(600), at(5))).toMatchObject({ status: 'SCHEDULED', dueAt: at(600).toISOString() });
    expect(againAt(last, at(600))).toEqual(at(600));
  });

  it('stays over where its owner has ended it', () => {
    for (const over of [
      { ...base, status: 'PAUSED' },
      { ...base, status: 'CANCELLED', reason: 'BY_OWNER' },
    ] satisfies Reminder[])
      expect(remindAgain(over, at(600), at(5))).toBe(over);
  });
});

describe('the short form of an occurrence’s id', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.integer({ min: 0, max: 4_000_000_000 }), (reminderId, seconds) => {
        const id = occurrenceId(reminderId, new Date(seconds * 1000).toISOString());
        expect(occurrenceRef(id)).toHaveLength(27);
        expect(occurrenceOfRef(occurrenceRef(id))).toBe(id);
      }),
    );
  });
});
