import { describe, expect, it } from '@jest/globals';
import { walk } from '../../bench/walker.ts';
import { type Machine, shippedMachines } from '../../local/machines.ts';

const machine = ((): Machine => {
  const found = shippedMachines().get('carillon-local-territory-capture');
  if (!found) throw new Error('there is no such machine');
  return found;
})();

class Broken extends Error {
  override readonly name = 'TypeError';
}

/** What each function answers, by the end of its name; one that answers nothing breaks. */
interface Answers {
  readonly 'plan-capture'?: { readonly parts: readonly number[] };
  readonly 'capture-part'?: null;
  readonly 'settle-capture'?: { readonly captured: number };
}

/** The way through the machine, and what its functions were handed. */
async function run(answers: Answers) {
  const handed: unknown[] = [];
  const way = await walk(
    machine,
    { runId: 'run-1', run: 1 },
    {
      weather: 'calm',
      machine: () => machine,
      invoke(arn, payload) {
        handed.push(payload);
        for (const [name, answer] of Object.entries(answers)) if (arn.endsWith(name)) return answer;
        throw new Broken();
      },
    },
  );
  return { ...way, handed };
}

describe('a capture', () => {
  it('of up to a hundred cells ends after six transitions', async () => {
    const { entered, transitions, handed } = await run({
      'plan-capture': { parts: [0] },
      'capture-part': null,
      'settle-capture': { captured: 93 },
    });
    expect(entered.at(-1)).toBe('Captured');
    expect(transitions).toBe(6);
    expect(handed).toEqual([{ runId: 'run-1' }, { runId: 'run-1', part: 0 }, { runId: 'run-1' }]);
  });

  it('of the most cells stays far from what an execution may have', async () => {
    const parts = Array.from({ length: 50 }, (_, part) => part);
    const way = await run({ 'plan-capture': { parts }, 'capture-part': null, 'settle-capture': { captured: 5000 } });
    expect([way.entered.at(-1), way.transitions, way.invocations]).toEqual(['Captured', 55, 52]);
    expect(way.events).toBeLessThan(1000);
    expect(way.largest.bytes).toBeLessThan(1000);
  });

  it('of a run that captures nothing is settled, too', async () => {
    const { entered } = await run({ 'plan-capture': { parts: [] }, 'settle-capture': { captured: 0 } });
    expect(entered).toEqual(['PlanCapture', 'CaptureCells', 'SettleCapture', 'WasAnythingCaptured', 'NothingCaptured']);
  });

  it.each<[string, Answers]>([
    ['its plan', {}],
    ['its settlement', { 'plan-capture': { parts: [0] }, 'capture-part': null }],
  ])('that fails at %s for good fails, for the sweep to go on', async (_, answers) => {
    const { entered, failure } = await run(answers);
    expect(entered.at(-1)).toBe('CaptureFailed');
    expect(failure).toBeDefined();
  });
});
