import { describe, expect, it } from '@jest/globals';
import { assess } from '../../../src/running-game/runs/assess.ts';
import {
  abandonRun,
  endRun,
  isToBeCaptured,
  leaveRun,
  limitsOf,
  MOST_BATCHES,
  MOST_POINTS,
  openRun,
  Run,
  RunEnded,
  RunFull,
  RunNotFound,
  settleCapture,
  takeBatch,
  takeOverCapture,
  UploadsClosed,
} from '../../../src/running-game/runs/run.ts';
import { BatchInput } from '../../../src/running-game/runs/runs-api.ts';
import { viewRun } from '../../../src/running-game/runs/view.ts';
import { HOUR, MINUTE } from '../../../src/shared/time.ts';
import { straight } from '../../support/tracks.ts';

const start = Date.parse('2026-12-01T17:00:00.000Z');
const at = (ms: number) => new Date(start + ms);
const [startsAt, finishesAt] = [at(-HOUR), at(4 * HOUR)];
const ticket = { id: 'ticket', user_id: 'ada', event_id: 'event' };
const opened = (tolerance = 24 * HOUR) =>
  openRun(
    {
      ticket,
      startsAt: startsAt.toISOString(),
      finishesAt: finishesAt.toISOString(),
      uploadGrace: 15 * MINUTE,
      longest: 2 * HOUR,
      tolerance,
    },
    at(0),
  );
const uploaded = () => takeBatch(opened(), 1000, at(MINUTE));
const drawn = { polylines: ['all'], shown: ['some'] };
const assessment = (seconds: number) => assess(straight({ at: start, seconds }), { longest: HOUR });
const saved = () => endRun(uploaded(), assessment(1000), drawn, at(HOUR));

describe('a point', () => {
  it.each(['1970-01-01T00:00:00Z', '2999-12-31T23:59:59.999Z', '1970-01-01T02:00:00+02:00'])('may be of %s', (at) => {
    expect(BatchInput.safeParse({ seq: 0, points: [{ at, lat: 90, lon: -180 }] }).success).toBe(true);
  });

  // Of the last two ISO 8601 writes the year with a sign and six digits, which no run could be read with.
  it.each(['1969-12-31T23:59:59Z', '9999-12-31T23:59:59-10:00', '0000-01-01T00:00:00+10:00', '2026-02-30T00:00:00Z'])(
    'is not of %s',
    (at) => {
      const { error } = BatchInput.safeParse({ seq: 0, points: [{ at, lat: 1, lon: 1 }] });
      expect(error?.issues.map(({ path }) => path)).toEqual([['points', 0, 'at']]);
    },
  );
});

describe('a run', () => {
  it('is opened by its ticket, once: its id is that of the ticket', () => {
    expect(opened()).toMatchObject({ id: 'ticket', ticket_id: 'ticket', status: 'OPEN', batches: 0, longest_s: 7200 });
    expect(opened().uploads_until).toBe('2026-12-01T21:15:00.000Z');
  });

  it('takes points until the time for late uploads is over, or it has ended', () => {
    expect(takeBatch(opened(), 7, at(4 * HOUR + 15 * MINUTE - 1))).toMatchObject({
      batches: 1,
      points: 7,
      revision: 2,
    });
    expect(() => takeBatch(opened(), 7, at(4 * HOUR + 15 * MINUTE))).toThrow(UploadsClosed);
    expect(() => takeBatch(saved(), 7, at(HOUR))).toThrow(RunEnded);
  });

  it('takes so many points in so many batches', () => {
    expect(takeBatch({ ...opened(), points: MOST_POINTS - 7 }, 7, at(0)).points).toBe(MOST_POINTS);
    expect(() => takeBatch({ ...opened(), points: MOST_POINTS - 7 }, 8, at(0))).toThrow(RunFull);
    expect(() => takeBatch({ ...opened(), batches: MOST_BATCHES }, 1, at(0))).toThrow(RunFull);
  });

  it('is judged by the points of its event’s time', () => {
    const { longest, window } = limitsOf(opened(), at(HOUR));
    expect(longest).toBe(2 * HOUR);
    expect(window).toEqual({ from: startsAt.getTime(), until: finishesAt.getTime() });
  });

  it('takes points only so far from before it was opened, and from after it is saved, as clocks may differ', () => {
    const { window } = limitsOf(opened(MINUTE), at(HOUR));
    expect(window).toEqual({ from: start - MINUTE, until: start + HOUR + MINUTE });
  });

  it('is saved with what was measured, or rejected with a reason, once', () => {
    expect(Run.parse(saved())).toMatchObject({ status: 'SAVED', distance_m: 3000, saved_at: at(HOUR).toISOString() });
    expect(Run.parse(endRun(uploaded(), assessment(5), drawn, at(HOUR)))).toMatchObject({
      status: 'REJECTED',
      reason: 'TOO_SHORT',
    });
    expect(endRun(saved(), assessment(500), drawn, at(2 * HOUR))).toEqual(saved());
  });

  it('that nobody has uploaded anything of is abandoned, any other is not', () => {
    expect(Run.parse(abandonRun(opened(), at(5 * HOUR)))).toMatchObject({ status: 'ABANDONED' });
    expect(abandonRun(uploaded(), at(5 * HOUR))).toEqual(uploaded());
    expect(abandonRun(saved(), at(5 * HOUR))).toEqual(saved());
  });

  it('ends when its runner leaves, whatever was uploaded', () => {
    expect(leaveRun(uploaded(), at(HOUR)).status).toBe('ABANDONED');
    expect(leaveRun(saved(), at(HOUR))).toEqual(saved());
  });

  it('is open to be captured from when it is saved until that is settled', () => {
    expect([opened(), saved(), settleCapture(saved()), abandonRun(opened(), at(0))].map(isToBeCaptured)).toEqual([
      false,
      true,
      false,
      false,
    ]);
    expect(takeOverCapture(saved(), 2, at(2 * HOUR))).toMatchObject({ run: 2, due: at(2 * HOUR).toISOString() });
    expect(takeOverCapture(saved(), 1, at(2 * HOUR))).toEqual(saved());
    expect(takeOverCapture(settleCapture(saved()), 2, at(2 * HOUR))).toEqual(settleCapture(saved()));
    expect(settleCapture(settleCapture(saved()))).toEqual(settleCapture(saved()));
  });

  it('is seen by its runner; others see of one that is saved how far and how fast, and not where it begins and ends', () => {
    expect(viewRun(saved(), 'ada')).toMatchObject({ polylines: ['all'], opened_at: at(0).toISOString() });
    expect(viewRun(saved(), 'bob')).toEqual({
      id: 'ticket',
      user_id: 'ada',
      event_id: 'event',
      status: 'SAVED',
      distance_m: 3000,
      duration_s: 1000,
      moving_s: 1000,
      pace_s_per_km: 333,
      polylines: ['some'],
    });
    for (const hidden of [opened(), uploaded(), abandonRun(opened(), at(0))])
      expect(() => viewRun(hidden, 'bob')).toThrow(RunNotFound);
  });
});
