import { describe, expect, it, test } from '@jest/globals';
import { redriveOptions } from '../../deployment/redrive.ts';
import { Problem } from '../../deployment/say.ts';
import { type Outcome, ReasonCode } from '../../src/channels/outcome.ts';
import type { LogRow } from '../../src/notifications/delivery/delivery.ts';
import {
  countsOf,
  createRedrive,
  NOTHING,
  nextStep,
  pageCounted,
  pageFound,
  type Redrive,
  type RedriveInput,
} from '../../src/redrives/redrive.ts';
import { InvalidRequest } from '../../src/shared/errors.ts';

const now = new Date('2026-12-01T12:00:00.000Z');
const input: RedriveInput = {
  reason: 'PROVIDER_UNAVAILABLE',
  from: '2026-12-01T10:00:00.000Z',
  to: '2026-12-01T11:00:00.000Z',
};
const created = (more: Partial<RedriveInput> = {}) =>
  createRedrive({ ...input, ...more }, { id: 'r', fingerprint: 'f' }, 'ada', now);

describe('a redrive that is asked for', () => {
  it('begins with nothing found', () => {
    expect(created()).toMatchObject({ ...input, status: 'RUNNING', run: 1, counts: NOTHING, pages: 0 });
  });

  it('ends at the instant of the request at the latest, so that it does not find its own failures', () => {
    expect(created({ to: '2999-01-01T00:00:00Z' }).to).toBe(now.toISOString());
  });

  it('has its instants in UTC', () => {
    expect(created({ from: '2026-12-01T11:30:00+01:00' }).from).toBe('2026-12-01T10:30:00.000Z');
  });

  it.each([
    ['from', 'has to be in the past', { from: now.toISOString(), to: '2026-12-02T00:00:00Z' }],
    ['to', 'has to be later than from', { to: input.from }],
    ['from', 'is more than 90 days ago', { from: '2026-09-02T11:59:59Z' }],
  ])('names %s where it %s', (field, reason, more) => {
    expect(() => created(more)).toThrow(new InvalidRequest([{ field, reason }]));
  });

  it('may reach back as far as the log does', () => {
    expect(created({ from: '2026-09-02T12:00:00Z' }).from).toBe('2026-09-02T12:00:00.000Z');
  });
});

describe('the steps of a redrive', () => {
  const cursor = { day: 0, shard: 3 };
  const later = '2026-12-02T06:00:00.000Z';

  it('lead from a search to its page, and on to the next search, until there is none', () => {
    const first = pageFound(created(), cursor);
    expect(nextStep(created(), now)).toEqual({ kind: 'search' });
    expect(nextStep(first, now)).toEqual({ kind: 'page', redrive: first, page: 1 });
    const counted = pageCounted(first, NOTHING, { ...NOTHING, found: 2, sent: 2 }, undefined);
    expect(counted.counts).toEqual({ ...NOTHING, found: 2, sent: 2 });
    expect(nextStep(counted, now)).toEqual({ kind: 'search' });
    const last = pageFound(counted, undefined);
    expect(nextStep(last, now)).toMatchObject({ kind: 'page', page: 2 });
    expect(nextStep(pageCounted(last, NOTHING, NOTHING, undefined), now)).toEqual({ kind: 'end' });
  });

  it('come back to a page when quiet hours have ended, and count it anew', () => {
    const waiting = { ...NOTHING, found: 3, sent: 1, waiting: 2 };
    const put = pageCounted(pageFound(created(), undefined), NOTHING, waiting, later);
    expect(put.counts).toEqual(waiting);
    expect(nextStep(put, now)).toEqual({ kind: 'wait', until: later });
    const due = nextStep(put, new Date(later));
    if (due.kind !== 'page') throw new Error(due.kind);
    const done = pageCounted(due.redrive, waiting, { ...NOTHING, found: 3, sent: 3 }, undefined);
    expect(done.counts).toEqual({ ...NOTHING, found: 3, sent: 3 });
    expect(nextStep(done, new Date(later))).toEqual({ kind: 'end' });
  });

  it('wait for the earliest of all pages', () => {
    const waiting: Redrive['waiting'] = [
      { page: 2, until: later },
      { page: 1, until: '2026-12-02T05:00:00.000Z' },
    ];
    expect(nextStep({ ...created(), searched: true, waiting }, now)).toMatchObject({ until: waiting[1]?.until });
  });
});

describe('the counts', () => {
  const row = (outcome: Outcome, reason: ReasonCode): LogRow => ({
    user_id: `${outcome} ${reason}`,
    outcome,
    reason,
    at: now.toISOString(),
    attempts: 1,
  });

  test.each([
    ['sent', 'SENT', 'ACCEPTED'],
    ['sent', 'DELIVERED', 'ADDED_TO_INBOX'],
    ['failed', 'FAILED', 'PROVIDER_UNAVAILABLE'],
    ['failed', 'BOUNCED', 'BOUNCE_REPORTED'],
    ['withdrawn', 'SUPPRESSED', 'REMINDER_WITHDRAWN'],
    ['expired', 'SUPPRESSED', 'EXPIRED'],
    ['expired', 'SUPPRESSED', 'QUIET_UNTIL_TOO_LATE'],
    ['unwanted', 'SUPPRESSED', 'CHANNEL_NOT_PREFERRED'],
    ['unwanted', 'SUPPRESSED', 'ADDRESS_SUPPRESSED'],
    ['unwanted', 'SUPPRESSED', 'USER_UNKNOWN'],
    ['waiting', 'DEFERRED', 'QUIET_HOURS'],
  ] as const)('say %s of %s, %s', (count, outcome, reason) => {
    expect(countsOf([row(outcome, reason)])).toEqual({ ...NOTHING, found: 1, [count]: 1 });
  });

  it('are not told while a delivery has no outcome', () => {
    expect(() => countsOf([row('PENDING', 'REDRIVEN')])).toThrow('no outcome');
  });
});

describe('./deploy.sh … redrive', () => {
  const args = ['--reason', 'RATE_LIMITED', '--from', input.from];

  it('takes what the API takes, up to this instant unless it is told', () => {
    expect(redriveOptions(args, now)).toEqual({ reason: 'RATE_LIMITED', from: input.from, to: now.toISOString() });
    expect(redriveOptions([...args, '--to', input.to, '--channel=sms'], now)).toMatchObject({
      to: input.to,
      channel: 'sms',
    });
  });

  it.each([
    ['an option that there is not', [...args, '--force'], '--force'],
    ['a missing one', ['--from', input.from], '--reason: '],
    ['a reason that no failure has', [...args, '--reason', 'EXPIRED'], '--reason: '],
    ['what is no instant', [...args, '--to', 'now'], '--to: '],
    ['words', [...args, 'now'], 'now'],
    ['what has not come yet', [...args, '--from', '2999-01-01T00:00:00Z'], '--from: has to be in the past'],
  ])('refuses %s by its name', (_, given, message) => {
    expect(() => redriveOptions(given, now)).toThrow(Problem);
    expect(() => redriveOptions(given, now)).toThrow(message);
  });
});

it('leaves the list of reasons closed', () => {
  expect(ReasonCode.options.length).toBeLessThanOrEqual(40);
});
