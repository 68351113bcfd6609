import { createRequire } from 'node:module';
import * as z from 'zod';
import {
  everyState,
  functionOf,
  insideOf,
  type Machine,
  nextOf,
  type State,
  type States,
} from '../../local/machines.ts';

/** One machine as it is shipped, and what it has to fit. */
export interface Shipped {
  readonly definition: unknown;
  readonly machine: Machine;
  /** Seconds that each function may take, by its name. */
  readonly functionTimeouts: ReadonlyMap<string, number>;
  /** Of what the machine leaves behind; empty for a machine that is only a part of another one's work. */
  readonly statuses: readonly string[];
}

/** What a machine does not keep to: a line each. */
type Rule = (shipped: Shipped) => string[];

/** Errors that pass by themselves: of our code, of Lambda, of the services behind it, of the network. */
const TRANSIENT = new Set([
  'TransientFailure',
  'RateLimited',
  'overloaded',
  // A lost race for an item.
  'changed-meanwhile',
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
  'Lambda.Unknown',
  'Runtime.ExitError',
  'Runtime.OutOfMemory',
  'Sandbox.Timedout',
  'States.Timeout',
  'InternalServerError',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
  'TimeoutError',
  'TransactionConflictException',
  'StepFunctions.AWSStepFunctionsException',
  'StepFunctions.SdkClientException',
]);

const Retriers = z.array(
  z.looseObject({
    ErrorEquals: z.array(z.string()),
    MaxAttempts: z.number(),
    IntervalSeconds: z.number(),
    BackoffRate: z.number(),
    JitterStrategy: z.string().optional(),
  }),
);

const validate = z
  .function({ input: [z.unknown()], output: z.looseObject({ isValid: z.boolean(), errors: z.unknown() }) })
  .implement(createRequire(import.meta.url)('asl-validator'));

const waitsForToken = ({ Resource = '' }: State) => Resource.endsWith('.waitForTaskToken');

const states = ({ machine }: Shipped) => [...everyState(machine)];
const tasks = (shipped: Shipped) => states(shipped).filter(({ state }) => state.Type === 'Task');

export const rules: Record<string, Rule> = {
  'is valid Amazon States Language'({ definition }) {
    // The validator changes what it is given.
    const { isValid, errors } = validate(structuredClone(definition));
    return isValid ? [] : [JSON.stringify(errors)];
  },

  'speaks JSONata'({ machine }) {
    return machine.QueryLanguage === 'JSONata' ? [] : ['QueryLanguage is not JSONata'];
  },

  'has every state that it goes on to, and goes on to every state'({ machine }) {
    return everyLevel(machine).flatMap((level) => {
      const targets = new Set([level.StartAt, ...Object.values(level.States).flatMap(nextOf)]);
      const missing = [...targets].filter((name) => !(name in level.States));
      const unused = Object.keys(level.States).filter((name) => !targets.has(name));
      return [...missing.map((name) => `${name} is missing`), ...unused.map((name) => `nothing leads to ${name}`)];
    });
  },

  'gives every state a name of its own'(shipped) {
    const names = states(shipped).map(({ name }) => name);
    return names.filter((name, place) => names.indexOf(name) !== place);
  },

  'limits the time of every Task'(shipped) {
    return tasks(shipped).flatMap(({ name, state }) => (state.TimeoutSeconds ? [] : [name]));
  },

  'invokes functions that exist, and waits longer than they may take'(shipped) {
    return tasks(shipped).flatMap(({ name, state }) => {
      if (!state.Resource?.startsWith('arn:aws:states:::lambda:invoke')) return [];
      const invoked = functionOf(state);
      const timeout = invoked === undefined ? undefined : shipped.functionTimeouts.get(invoked);
      if (timeout === undefined) return [`${name} invokes ${invoked}, which there is not`];
      // What waits for a token gives up on whoever holds it, not on the function.
      if (waitsForToken(state)) return [];
      const seconds = Number(state.TimeoutSeconds ?? 0);
      return timeout < seconds ? [] : [`${name} gives up on ${invoked} before its ${timeout} s`];
    });
  },

  'tries every Task again, with full jitter, a limited number of times, and only for what passes by itself'(shipped) {
    return tasks(shipped).flatMap(({ name, state }) => {
      const retriers = Retriers.safeParse(state.Retry);
      if (!retriers.success || retriers.data.length === 0) return [`${name} has no Retry, or not all of one`];
      return retriers.data.flatMap(({ ErrorEquals, JitterStrategy, MaxAttempts }) => [
        ...(waitsForToken(state) && ErrorEquals.includes('States.Timeout') ? [`${name} waits once more`] : []),
        ...(JitterStrategy === 'FULL' ? [] : [`${name} retries without full jitter`]),
        ...(MaxAttempts >= 1 && MaxAttempts <= 10 ? [] : [`${name} retries ${MaxAttempts} times`]),
        ...ErrorEquals.filter((error) => !TRANSIENT.has(error)).map((error) => `${name} retries ${error}`),
      ]);
    });
  },

  'catches what is left of every Task'(shipped) {
    return tasks(shipped).flatMap(({ name, state }) =>
      state.Catch?.at(-1)?.ErrorEquals.includes('States.ALL') ? [] : [name],
    );
  },

  'has a Default in every Choice'(shipped) {
    return states(shipped).flatMap(({ name, state }) =>
      state.Type === 'Choice' && state.Default === undefined ? [name] : [],
    );
  },

  'leaves every loop after a limited number of turns'({ machine }) {
    return everyLevel(machine).flatMap((level) =>
      Object.keys(level.States)
        .filter((name) => !isBounded(name, level))
        .map((name) => `${name} can come round again and again`),
    );
  },

  'ends in states that are named after the status which they leave'({ machine, statuses }) {
    if (statuses.length === 0) return [];
    return Object.entries(machine.States).flatMap(([name, state]) => {
      const status = /[A-Z][a-z]+$/.exec(name)?.[0].toUpperCase();
      const ends = state.Type === 'Succeed' || state.Type === 'Fail';
      return ends && !(status && statuses.includes(status)) ? [name] : [];
    });
  },
};

const everyLevel = (level: States): States[] => [
  level,
  ...Object.values(level.States).flatMap(insideOf).flatMap(everyLevel),
];

/**
 * Whether a state can't come round, or what comes round is counted: some state on the way adds one, or as many as it deals with, to a
 * variable, and a Choice on the way looks at it.
 */
function isBounded(name: string, level: States): boolean {
  const after = (from: string): Set<string> => {
    const seen = new Set<string>();
    const look = (state: State | undefined) => {
      for (const next of state ? nextOf(state) : []) {
        if (seen.has(next)) continue;
        seen.add(next);
        look(level.States[next]);
      }
    };
    look(level.States[from]);
    return seen;
  };
  const loop = [...after(name)].filter((other) => after(other).has(name));
  if (!loop.includes(name)) return true;
  const onTheWay = loop.flatMap((each) => level.States[each] ?? []);
  const counters = onTheWay.flatMap(({ Assign }) =>
    [...JSON.stringify(Assign ?? {}).matchAll(/"(\w+)":"\{% *\$(\w+) *\+ *(?:1|\$count\([^()]+\)) *%\}"/g)].flatMap(
      ([, set, read]) => (set !== undefined && set === read ? [set] : []),
    ),
  );
  const looks = onTheWay.flatMap(({ Choices }) => Choices?.map(({ Condition }) => Condition) ?? []);
  return counters.some((counter) => looks.some((condition) => condition.includes(`$${counter}`)));
}
