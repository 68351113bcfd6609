import { describe, expect, it } from '@jest/globals';
import { functionTimeouts, Machine, type State, shippedDefinitions } from '../../local/machines.ts';
import { Window } from '../../src/comments/window.ts';
import { Invitation } from '../../src/invitations/invitation.ts';
import { ORDER_STATUSES } from '../../src/pizza-orders/order.ts';
import { REDRIVE_STATUSES } from '../../src/redrives/redrive.ts';
import { Occurrence } from '../../src/reminders/occurrence.ts';
import { GameEventStatus } from '../../src/running-game/events/game-event.ts';
import { Outcome } from '../../src/running-game/strava/errand.ts';
import { TOP_UP_STATUSES } from '../../src/running-game/top-ups/top-up.ts';
import { rules, type Shipped } from './rules.ts';

const STATUSES: Record<string, readonly string[]> = {
  'carillon-local-reminder-lifecycle': Occurrence.options.map(({ shape }) => shape.status.value),
  'carillon-local-notification-delivery': ['DELIVERED', 'FAILED'],
  'carillon-local-comment-digest': Window.options.map(({ shape }) => shape.status.value),
  // Part of what another machine delivers.
  'carillon-local-batch-delivery': [],
  'carillon-local-operations-watch': ['DONE', 'FAILED'],
  'carillon-local-price-watch': ['DONE', 'FAILED', 'UNAVAILABLE'],
  'carillon-local-redrive': REDRIVE_STATUSES,
  'carillon-local-redrive-delivery': [],
  'carillon-local-invitation-lifecycle': [...Invitation.options.map(({ shape }) => shape.status.value), 'FAILED'],
  // An execution that is interrupted leaves the order as it is, for the next one.
  'carillon-local-cooking': [...ORDER_STATUSES, 'INTERRUPTED'],
  'carillon-local-prepare-filling': [],
  'carillon-local-strava-sync': [...Outcome.options, 'SUPERSEDED'],
  // Nothing captured is captured as well; one that fails leaves the run to the next one.
  'carillon-local-territory-capture': ['CAPTURED', 'FAILED'],
  'carillon-local-mining-round': ['DONE', 'INCOMPLETE', 'FAILED'],
  // An execution that fails leaves the event as it is, for the next one.
  'carillon-local-event-finish': [...GameEventStatus.options, 'FAILED'],
  // The same, and whose user has left, or that a later execution has.
  'carillon-local-coin-top-up': [...TOP_UP_STATUSES, 'INTERRUPTED', 'SUPERSEDED', 'FORGOTTEN'],
};

const timeouts = functionTimeouts();
const definitions = shippedDefinitions();

const shipped = (name: string, definition: unknown): Shipped => ({
  definition,
  machine: Machine.parse(definition),
  functionTimeouts: timeouts,
  statuses: STATUSES[name] ?? [],
});

const machines = [...definitions].map(([name, definition]) => ({ name, ...shipped(name, definition) }));
const lifecycle = 'carillon-local-reminder-lifecycle';

describe.each(machines)('$name', (machine) => {
  it.each(Object.entries(rules))('%s', (_, rule) => {
    expect(rule(machine)).toEqual([]);
  });
});

it('has a known place among these rules for every machine', () => {
  expect(machines.map(({ name }) => name).sort()).toEqual(Object.keys(STATUSES).sort());
});

describe('every machine that delivers', () => {
  const delivering = machines.filter(({ machine: { States } }) => States.DeliverBatches);
  const alike = (name: string) => delivering.map(({ machine: { States } }) => States[name]);

  it('waits for quiet hours in the same way', () => {
    const [first, ...others] = alike('WaitForQuietHours');
    expect(first).toBeDefined();
    for (const other of others) expect(other).toEqual(first);
  });

  it('decides in the same way whether to wait for them, where nobody is asked to acknowledge anything', () => {
    const asks = ({ Condition }: { Condition: string }) => Condition.includes('$asking');
    const [first, ...others] = alike('IsAnythingDeferred').map((state) => ({
      ...state,
      Choices: state?.Choices?.filter((choice) => !asks(choice)),
    }));
    expect(first?.Choices).toHaveLength(1);
    for (const other of others) expect(other).toEqual(first);
  });

  it('delivers in the same way, but that a part starts no parts, and fewer batches at once', () => {
    const shape = (state: State | undefined) => {
      if (!state?.ItemProcessor) throw new Error('a machine does not deliver');
      const { DeliverPart, LeavePartOpen: _, BranchByChannel, ...states } = state.ItemProcessor.States;
      const choices = BranchByChannel?.Choices?.filter(({ Next }) => Next !== 'DeliverPart');
      const { MaxConcurrency: __, ItemProcessor: ___, ...rest } = state;
      return { inParts: DeliverPart !== undefined, common: { ...rest, states, choices } };
    };
    const [first, ...others] = alike('DeliverBatches').map(shape);
    for (const { common } of others) expect(common).toEqual(first?.common);
    const redriven = Machine.parse(definitions.get('carillon-local-redrive-delivery')).States.DeliverRedriven;
    const { states, choices } = shape(redriven).common;
    expect({ states, choices }).toEqual({ states: first?.common.states, choices: first?.common.choices });
    const starting = delivering.filter(({ machine: { States } }) => shape(States.DeliverBatches).inParts);
    expect(starting.map(({ name }) => name).sort()).toEqual(['carillon-local-notification-delivery', lifecycle]);
  });
});

describe('these rules', () => {
  type Change = (machine: Machine) => void;

  /** The state of the lifecycle, or of what it delivers with, that is to be broken. */
  const at = (machine: Machine, name: string) => {
    const state = machine.States[name] ?? machine.States.DeliverBatches?.ItemProcessor?.States[name];
    if (!state) throw new Error(`no state ${name}`);
    return state;
  };

  const breaches: [rule: string, how: string, change: Change][] = [
    [
      'is valid Amazon States Language',
      'a dangling Next',
      (m) => Object.assign(at(m, 'SelectRecipients'), { Next: 'Nowhere' }),
    ],
    ['is valid Amazon States Language', 'a Choice without Choices', (m) => delete at(m, 'IsStillDue').Choices],
    ['speaks JSONata', 'JSONPath', (m) => Object.assign(m, { QueryLanguage: 'JSONPath' })],
    [
      'has every state that it goes on to, and goes on to every state',
      'a Catch that leads nowhere',
      (m) => Object.assign(at(m, 'ClaimOccurrence').Catch?.[0] ?? {}, { Next: 'Nowhere' }),
    ],
    [
      'has every state that it goes on to, and goes on to every state',
      'a state that nothing leads to',
      (m) => Object.assign(m.States, { Forgotten: { Type: 'Succeed' } }),
    ],
    [
      'gives every state a name of its own',
      'a name that is inside the Map too',
      (m) => Object.assign(m.States, { SendEmail: { Type: 'Succeed' } }),
    ],
    ['limits the time of every Task', 'a Task without TimeoutSeconds', (m) => delete at(m, 'SendEmail').TimeoutSeconds],
    [
      'invokes functions that exist, and waits longer than they may take',
      'a function that is called otherwise',
      (m) =>
        Object.assign(at(m, 'SendEmail'), { Arguments: { FunctionName: 'arn:aws:lambda:x:1:function:send-mail' } }),
    ],
    [
      'invokes functions that exist, and waits longer than they may take',
      'a Task that gives up when its function might still send',
      (m) => Object.assign(at(m, 'SendEmail'), { TimeoutSeconds: 120 }),
    ],
    [
      'tries every Task again, with full jitter, a limited number of times, and only for what passes by itself',
      'a Retry of everything',
      (m) => Object.assign(at(m, 'SendSms').Retry?.[0] ?? {}, { ErrorEquals: ['States.ALL'] }),
    ],
    [
      'tries every Task again, with full jitter, a limited number of times, and only for what passes by itself',
      'a Retry of every failed Task',
      (m) => Object.assign(at(m, 'SendSms').Retry?.[0] ?? {}, { ErrorEquals: ['States.TaskFailed'] }),
    ],
    [
      'tries every Task again, with full jitter, a limited number of times, and only for what passes by itself',
      'a Retry without jitter',
      (m) => delete at(m, 'SendSms').Retry?.[0]?.JitterStrategy,
    ],
    [
      'tries every Task again, with full jitter, a limited number of times, and only for what passes by itself',
      'no Retry',
      (m) => delete at(m, 'ClaimOccurrence').Retry,
    ],
    ['catches what is left of every Task', 'no Catch', (m) => delete at(m, 'AddToInbox').Catch],
    [
      'tries every Task again, with full jitter, a limited number of times, and only for what passes by itself',
      'a wait for an answer that begins anew when nobody answers',
      (m) => Object.assign(at(m, 'AwaitAcknowledgement'), { Retry: at(m, 'Escalate').Retry }),
    ],
    ['has a Default in every Choice', 'no Default', (m) => delete at(m, 'BranchByChannel').Default],
    [
      'leaves every loop after a limited number of turns',
      'a way back',
      (m) => Object.assign(at(m, 'IsStillDue'), { Default: 'WaitUntilDue' }),
    ],
    [
      'ends in states that are named after the status which they leave',
      'an end called otherwise',
      (m) => Object.assign(m.States, { AllDone: { Type: 'Succeed' } }),
    ],
  ];

  it.each(breaches)('notice: %s: %s', (rule, _, change) => {
    const machine = Machine.parse(structuredClone(definitions.get(lifecycle)));
    change(machine);
    expect(rules[rule]?.({ ...shipped(lifecycle, machine), machine })).not.toEqual([]);
  });

  it('let a loop pass that is counted', () => {
    const machine: Machine = {
      StartAt: 'Escalate',
      States: {
        Escalate: { Type: 'Pass', Assign: { tier: '{% $tier + 1 %}' }, Next: 'IsLastTier' },
        IsLastTier: {
          Type: 'Choice',
          Choices: [{ Condition: '{% $tier > 3 %}', Next: 'Done' }],
          Default: 'Escalate',
        },
        Done: { Type: 'Succeed' },
      },
    };
    expect(rules['leaves every loop after a limited number of turns']?.(shipped('', machine))).toEqual([]);
  });

  it('are each broken once above', () => {
    expect([...new Set(breaches.map(([rule]) => rule))].sort()).toEqual(Object.keys(rules).sort());
  });
});
