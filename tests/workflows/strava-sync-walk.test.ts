import { describe, expect, it } from '@jest/globals';
import { walk } from '../../bench/walker.ts';
import { type Machine, shippedMachines } from '../../local/machines.ts';
import { Outcome } from '../../src/running-game/strava/errand.ts';
import type { Standing } from '../../src/running-game/strava/run-errand.ts';
import { StravaNotUnderstood, StravaUnavailable } from '../../src/running-game/strava/strava.ts';

const machine = ((): Machine => {
  const found = shippedMachines().get('carillon-local-strava-sync');
  if (!found) throw new Error('there is no such machine');
  return found;
})();

const input = { errandId: 'errand', run: 2 };

/** The way through the machine, which is answered by these in turn, the last one again and again. */
function run(answers: readonly (Standing | Error)[]) {
  let calls = 0;
  return walk(machine, input, {
    weather: 'calm',
    machine: () => machine,
    invoke(_, payload) {
      expect(payload).toEqual(input);
      const answer = answers[Math.min(calls++, answers.length - 1)];
      if (answer instanceof Error || answer === undefined) throw answer;
      return answer;
    },
  });
}

const usedUp = (until: string): Standing => ({ status: 'USED_UP', until });
const down = new StravaUnavailable();

describe('an errand at Strava', () => {
  it.each([...Outcome.exclude(['FAILED']).options, 'SUPERSEDED'] as const)('that is %s ends there', async (status) => {
    const { entered, failure } = await run([{ status }]);
    expect(entered.slice(0, -1)).toEqual(['BeginSync', 'SyncWithStrava', 'HowItWent']);
    expect(entered.at(-1)?.toUpperCase()).toContain(status);
    expect(failure).toBeUndefined();
  });

  it('that was given up fails', async () => {
    expect((await run([{ status: 'FAILED' }])).failure).toBe('SyncFailed');
  });

  it('waits until the allowance is there again', async () => {
    const { entered, waits } = await run([usedUp('2026-11-21T10:15:05.000Z'), { status: 'STORED' }]);
    expect(waits).toEqual(['2026-11-21T10:15:05.000Z']);
    expect(entered).toEqual([
      'BeginSync',
      'SyncWithStrava',
      'HowItWent',
      'WaitForAllowance',
      'SyncWithStrava',
      'HowItWent',
      'ActivityStored',
    ]);
  });

  it('waits longer and longer, up to an hour, while Strava does not answer, and not for ever', async () => {
    const begun = Date.now();
    const { waits, failure, events, largest } = await run([down]);
    const minutes = waits.map((until) => Math.round((Date.parse(until) - begun) / 60_000));
    expect(minutes).toEqual([1, 2, 4, 8, 16, 32, ...Array.from({ length: 42 }, () => 60)]);
    expect(failure).toBe('SyncFailed');
    expect(events).toBeLessThan(25_000);
    expect(largest.bytes).toBeLessThan(1024);
  });

  it('does not wait for an allowance for ever either', async () => {
    const { waits, failure } = await run([usedUp('2026-11-21T10:15:05.000Z')]);
    expect([waits.length, failure]).toEqual([48, 'SyncFailed']);
  });

  it('goes on when Strava answers again', async () => {
    const { entered, failure } = await run([down, down, down, down, down, down, { status: 'GONE' }]);
    expect(entered.filter((name) => name === 'WaitForStrava')).toHaveLength(1);
    expect([entered.at(-1), failure]).toEqual(['ActivityGone', undefined]);
  });

  it('is left to the sweep when it can not be done', async () => {
    const { entered, failure } = await run([new StravaNotUnderstood()]);
    expect([entered.at(-1), failure]).toEqual(['SyncFailed', 'SyncFailed']);
  });
});
