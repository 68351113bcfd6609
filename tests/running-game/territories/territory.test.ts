import { describe, expect, it } from '@jest/globals';
import {
  type Captor,
  decaysAt,
  type Held,
  isHeld,
  outcomeOf,
  sinceOf,
  totalOf,
} from '../../../src/running-game/territories/territory.ts';

const DAY = 24 * 3600 * 1000;
const DECAY = 30 * DAY;
const captor: Captor = { run_id: 'run-2', user_id: 'ada', saved_at: '2026-11-21T10:00:00.000Z' };
const before = (days: number) => new Date(Date.parse(captor.saved_at) - days * DAY).toISOString();
const cell = (more: Partial<Held>): Held => ({
  cell: '8a1f53c93b77fff',
  user_id: captor.user_id,
  since: sinceOf(captor),
  taken_from: null,
  taken_since: null,
  ...more,
});
const from = (user: string, days: number) => ({
  taken_from: user,
  taken_since: sinceOf({ saved_at: before(days), run_id: 'run-1' }),
});

describe('who has a cell', () => {
  it('is whose run was saved later, of two at one moment the one with the greater id', () => {
    const since = sinceOf(captor);
    expect(sinceOf({ ...captor, saved_at: '2026-11-21T10:00:00.001Z', run_id: 'run-1' }) > since).toBe(true);
    expect(sinceOf({ ...captor, run_id: 'run-3' }) > since).toBe(true);
    // However exact the instant was written.
    expect(sinceOf({ ...captor, saved_at: '2026-11-21T10:00:00Z' })).toBe(since);
  });

  it('has it until it decays, to the millisecond', () => {
    const end = decaysAt(sinceOf(captor), DECAY);
    expect(end.toISOString()).toBe('2026-12-21T10:00:00.000Z');
    expect(isHeld(cell({}), DECAY, new Date(end.getTime() - 1))).toBe(true);
    expect(isHeld(cell({}), DECAY, end)).toBe(false);
  });
});

describe('what a run has taken', () => {
  it('counts what it has, and what others have lost by that', () => {
    const later = { user_id: 'eve', since: sinceOf({ saved_at: before(-1), run_id: 'run-9' }), ...from('ada', 0) };
    const cells = [
      cell({}),
      cell(from('bob', 1)),
      cell(from('bob', 29)),
      cell(from('cid', 3)),
      // Their own, decayed, or another run's: no loss by this one.
      cell(from('ada', 1)),
      cell(from('dan', 30)),
      cell(later),
    ];
    expect(outcomeOf(cells, captor, DECAY)).toEqual({
      captured: 6,
      lost: [
        { user_id: 'bob', cells: 2 },
        { user_id: 'cid', cells: 1 },
      ],
    });
  });

  it('adds up over its parts', () => {
    const parts = [
      { captured: 100, lost: [{ user_id: 'bob', cells: 2 }] },
      {
        captured: 20,
        lost: [
          { user_id: 'cid', cells: 1 },
          { user_id: 'bob', cells: 3 },
        ],
      },
    ];
    expect(totalOf(parts)).toEqual({
      captured: 120,
      lost: [
        { user_id: 'bob', cells: 5 },
        { user_id: 'cid', cells: 1 },
      ],
    });
    expect(totalOf([])).toEqual({ captured: 0, lost: [] });
  });
});
