import jsonata from 'jsonata';
import * as z from 'zod';
import type { Machine, State, States } from '../local/machines.ts';

/** What a machine calls, for a walk. */
export interface World {
  /** The answer of a function, by its ARN, or a promise of it. What it throws is the Task's error, by its name; `Stopped` ends the walk. */
  invoke(functionArn: string, payload: unknown): unknown;
  /** Told until when a machine waits. */
  wait?(until: string): Promise<void>;
  /** A Task waits for its token, so many seconds at the most: whether it is answered. */
  answered?(token: string, seconds: number): Promise<boolean>;
  /** The machine that another one starts, by its ARN. */
  machine(arn: string): Machine;
  /**
   * `calm`: everything works at once. `worst`: whatever can be tried again fails until its tries are used up; what has another way
   * out of failing than the end of the execution fails for good, the rest works at last.
   */
  weather: Weather | ((state: string) => Weather);
}

type Weather = 'calm' | 'worst';

/** Thrown by a world: somebody stops the execution. */
export class Stopped extends Error {}

/** The end of a Task's wait without an answer. */
class Timeout extends Error {
  override readonly name = 'States.Timeout';
}

/** A Fail state, by the error that it names. */
class Failed extends Error {
  constructor(error: string) {
    super();
    this.name = error;
  }
}

/** What one execution, with the executions that it started, comes to. */
export interface Walk {
  readonly output: unknown;
  /** The error of the Fail state that it has ended in, if it has. */
  readonly failure?: string;
  /** States entered, tries again included: what AWS bills. */
  transitions: number;
  /** The states entered, in order. */
  readonly entered: string[];
  /** Until when was waited, in order. */
  readonly waits: string[];
  /** History events of the execution that has the most. */
  events: number;
  invocations: number;
  /** The largest of all inputs, outputs, arguments and sets of variables, in bytes of JSON. */
  largest: { readonly state: string; readonly bytes: number };
}

/** Events that a state leaves in the history when it works (Step Functions API reference, HistoryEvent). */
const ENTERED_AND_EXITED = 2;
const EXECUTION_STARTED_AND_ENDED = 2;
/** TaskScheduled, TaskStarted, and TaskSucceeded or TaskFailed. */
const ONE_TRY = 3;
/** MapStateStarted and MapStateSucceeded. */
const MAP_STARTED_AND_ENDED = 2;
/** MapIterationStarted and MapIterationSucceeded. */
const ITERATION_STARTED_AND_ENDED = 2;
/** ParallelStateStarted and ParallelStateSucceeded. */
const PARALLEL_STARTED_AND_ENDED = 2;

const WAITS_FOR_TOKEN = '.waitForTaskToken';

const STEPS_AT_MOST = 1_000_000;

/** Runs a machine's definition, its JSONata included, without anything behind it, and counts. */
export async function walk(machine: Machine, input: unknown, world: World): Promise<Walk> {
  const total: Total = {
    output: undefined,
    transitions: 0,
    entered: [],
    waits: [],
    events: EXECUTION_STARTED_AND_ENDED,
    eventsOfChildren: 0,
    invocations: 0,
    largest: { state: '', bytes: 0 },
  };
  const execution = { Name: 'walk', StartTime: new Date().toISOString() };
  const end = await walkLevel(machine, input, { Execution: execution }, {}, world, total).then(
    (output) => ({ output }),
    (error: unknown) => {
      if (error instanceof Failed) return { failure: error.name };
      throw error;
    },
  );
  return { ...total, ...end, events: Math.max(total.events, total.eventsOfChildren) };
}

interface Total extends Walk {
  eventsOfChildren: number;
}

type Variables = Record<string, unknown>;
type Context = Record<string, unknown>;

async function walkLevel(
  level: States,
  input: unknown,
  context: Context,
  outer: Variables,
  world: World,
  total: Total,
): Promise<unknown> {
  let variables = outer;
  let value = input;
  let name: string | undefined = level.StartAt;
  while (name !== undefined) {
    const state: State | undefined = level.States[name];
    if (!state) throw new Error(`There is no state ${name}`);
    if (++total.transitions > STEPS_AT_MOST) throw new Error('It does not end');
    total.entered.push(name);
    total.events += ENTERED_AND_EXITED;
    const step = await walkState(name, state, value, context, variables, world, total);
    for (const part of [value, step.output, step.variables]) weigh(name, part, total);
    ({ variables, output: value, next: name } = step);
  }
  return value;
}

interface Step {
  readonly output: unknown;
  readonly next: string | undefined;
  readonly variables: Variables;
}

async function walkState(
  name: string,
  state: State,
  input: unknown,
  context: Context,
  variables: Variables,
  world: World,
  total: Total,
): Promise<Step> {
  const fill = (template: unknown, more: Record<string, unknown> = {}, also: Context = {}) =>
    evaluateAll(template, { ...variables, states: { input, context: { ...context, ...also }, ...more } });
  const end = async (
    rule: { Assign?: unknown; Output?: unknown },
    found: object,
    otherwise: unknown,
    next?: string,
  ) => ({
    output: rule.Output === undefined ? otherwise : await fill(rule.Output, { ...found }),
    variables: { ...variables, ...Record.parse((await fill(rule.Assign, { ...found })) ?? {}) },
    next,
  });

  switch (state.Type) {
    case 'Choice': {
      for (const choice of state.Choices ?? []) {
        if ((await fill(choice.Condition)) === true) return end(choice, {}, input, choice.Next);
      }
      return end(state, {}, input, state.Default);
    }
    case 'Task': {
      const tries = 1 + (state.Retry ?? []).reduce((sum, { MaxAttempts }) => sum + (MaxAttempts ?? 0), 0);
      const weather = typeof world.weather === 'function' ? world.weather(name) : world.weather;
      const caught = weather === 'worst' ? state.Catch?.find(({ Next }) => !Next.endsWith('Failed')) : undefined;
      const used = weather === 'worst' ? tries : 1;
      total.transitions += used - 1;
      total.events += used * ONE_TRY;
      const Token = `${name}-${total.transitions}`;
      const args = await fill(state.Arguments, {}, { Task: { Token } });
      weigh(name, args, total);
      const waited = async () => {
        if (!state.Resource?.endsWith(WAITS_FOR_TOKEN)) return runTask(state, args, used, world, total);
        await runTask(state, args, used, world, total);
        const seconds = z
          .number()
          .int()
          .positive()
          .parse(await fill(state.TimeoutSeconds));
        if (world.answered && !(await world.answered(Token, seconds))) throw new Timeout();
        return {};
      };
      const done = await withRetries(state, waited);
      if ('caught' in done) return end(done.caught, { errorOutput: { Error: done.error } }, {}, done.caught.Next);
      const { result } = done;
      if (caught) return end(caught, { errorOutput: { Error: 'TransientFailure' } }, {}, caught.Next);
      return end(state, { result }, result, state.Next);
    }
    case 'Map': {
      const items = z.array(z.unknown()).parse(await fill(state.Items));
      const results: unknown[] = [];
      total.events += MAP_STARTED_AND_ENDED;
      for (const [Index, Value] of items.entries()) {
        total.events += ITERATION_STARTED_AND_ENDED;
        const here = { Map: { Item: { Index, Value } } };
        const each = state.ItemSelector === undefined ? Value : await fill(state.ItemSelector, {}, here);
        if (!state.ItemProcessor) throw new Error(`${name} has no ItemProcessor`);
        results.push(await walkLevel(state.ItemProcessor, each, { ...context, ...here }, variables, world, total));
      }
      return end(state, { result: results }, results, state.Next);
    }
    case 'Wait': {
      const until = z.string().parse(await fill(state.Timestamp));
      total.waits.push(until);
      await world.wait?.(until);
      return end(state, {}, input, state.Next);
    }
    case 'Parallel': {
      total.events += PARALLEL_STARTED_AND_ENDED;
      const run = async () => {
        const results: unknown[] = [];
        for (const branch of state.Branches ?? [])
          results.push(await walkLevel(branch, input, context, variables, world, total));
        return results;
      };
      const done = await withRetries(state, run);
      if ('caught' in done) return end(done.caught, { errorOutput: { Error: done.error } }, {}, done.caught.Next);
      return end(state, { result: done.result }, done.result, state.Next);
    }
    case 'Fail':
      throw new Failed(state.Error ?? 'States.Fail');
    default:
      return end(state, {}, input, state.Next);
  }
}

/** The result of a Task whose errors are tried again, or the Catch that the last of them leads to. */
async function withRetries(state: State, attempt: () => Promise<unknown>) {
  const used = new Map<object, number>();
  for (;;) {
    try {
      return { result: await attempt() };
    } catch (thrown) {
      if (thrown instanceof Stopped) throw thrown;
      const error = thrown instanceof Error ? thrown.name : 'Error';
      const matches = ({ ErrorEquals }: { ErrorEquals: string[] }) =>
        ErrorEquals.includes(error) || ErrorEquals.includes('States.ALL');
      const retrier = state.Retry?.find(matches);
      const tries = (retrier && used.get(retrier)) ?? 0;
      if (retrier && tries < (retrier.MaxAttempts ?? 3)) {
        used.set(retrier, tries + 1);
        continue;
      }
      const caught = state.Catch?.find(matches);
      if (!caught) throw thrown;
      return { caught, error };
    }
  }
}

const Record = z.record(z.string(), z.unknown());
const Invocation = z.object({ FunctionName: z.string(), Payload: z.unknown() });
const Start = z.object({ StateMachineArn: z.string(), Input: z.unknown() });

async function runTask(state: State, args: unknown, tries: number, world: World, total: Total): Promise<unknown> {
  if (state.Resource?.replace(WAITS_FOR_TOKEN, '') === 'arn:aws:states:::lambda:invoke') {
    const { FunctionName, Payload } = Invocation.parse(args);
    total.invocations += tries;
    // One more than other Tasks: TaskSubmitted.
    if (state.Resource.endsWith(WAITS_FOR_TOKEN)) total.events += tries;
    return { StatusCode: 200, Payload: await world.invoke(FunctionName, Payload) };
  }
  if (state.Resource === 'arn:aws:states:::states:startExecution.sync:2') {
    const { StateMachineArn, Input } = Start.parse(args);
    // One more than other Tasks: TaskSubmitted.
    total.events += tries;
    const child = await walk(world.machine(StateMachineArn), Input, world);
    total.transitions += child.transitions;
    total.invocations += child.invocations;
    total.waits.push(...child.waits);
    total.eventsOfChildren = Math.max(total.eventsOfChildren, child.events);
    if (child.largest.bytes > total.largest.bytes) total.largest = child.largest;
    if (child.failure !== undefined) throw new Failed('States.TaskFailed');
    return { Status: 'SUCCEEDED', Output: child.output };
  }
  throw new Error(`No machine calls ${state.Resource}`);
}

function weigh(state: string, part: unknown, total: Total): void {
  const bytes = part === undefined ? 0 : Buffer.byteLength(JSON.stringify(part));
  if (bytes > total.largest.bytes) total.largest = { state, bytes };
}

const compiled = new Map<string, ReturnType<typeof jsonata>>();

/** A template with everything between `{%` and `%}` in it evaluated. */
async function evaluateAll(template: unknown, bindings: Record<string, unknown>): Promise<unknown> {
  if (typeof template === 'string') {
    const expression = /^\{%(.*)%\}$/s.exec(template)?.[1];
    if (expression === undefined) return template;
    const known = compiled.get(expression) ?? jsonata(expression);
    compiled.set(expression, known);
    const result: unknown = await known.evaluate(undefined, bindings);
    // Plain values: JSONata marks its sequences.
    return result === undefined ? undefined : JSON.parse(JSON.stringify(result));
  }
  if (Array.isArray(template)) return Promise.all(template.map((part) => evaluateAll(part, bindings)));
  if (template === null || typeof template !== 'object') return template;
  const parts = Object.entries(template).map(async ([key, part]) => [key, await evaluateAll(part, bindings)] as const);
  return Object.fromEntries(await Promise.all(parts));
}
