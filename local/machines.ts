import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { root } from '../deployment/stacks.ts';

const Name = z.string();

/** Where a failed Task goes on, or how it is tried again. */
const Filling = { Assign: z.unknown().optional(), Output: z.unknown().optional() };
const Catcher = z.looseObject({ ...Filling, ErrorEquals: z.array(z.string()), Next: Name });
const Retrier = z.looseObject({ ErrorEquals: z.array(z.string()), MaxAttempts: z.number().optional() });
const ChoiceRule = z.looseObject({ ...Filling, Condition: z.string(), Next: Name });

/** A state of the Amazon States Language, as far as these machines use it; anything else is refused. */
const AnyState = z.strictObject({
  QueryLanguage: z.string().optional(),
  Comment: z.string().optional(),
  Type: z.enum(['Task', 'Pass', 'Choice', 'Wait', 'Succeed', 'Fail', 'Map', 'Parallel']),
  Next: Name.optional(),
  End: z.boolean().optional(),
  Default: Name.optional(),
  Choices: z.array(ChoiceRule).optional(),
  Catch: z.array(Catcher).optional(),
  Retry: z.array(Retrier).optional(),
  Resource: z.string().optional(),
  Arguments: z.unknown().optional(),
  ...Filling,
  Items: z.unknown().optional(),
  ItemSelector: z.unknown().optional(),
  MaxConcurrency: z.number().optional(),
  /** Seconds, or an expression that comes to them. */
  TimeoutSeconds: z.union([z.number(), z.string().regex(/^\{%.*%\}$/)]).optional(),
  Timestamp: z.unknown().optional(),
  Seconds: z.unknown().optional(),
  Error: z.string().optional(),
  Cause: z.string().optional(),
  get ItemProcessor() {
    return States.optional();
  },
  get Branches() {
    return z.array(States).optional();
  },
});
export type State = z.output<typeof AnyState>;

const States = z.strictObject({
  StartAt: Name,
  ProcessorConfig: z.unknown().optional(),
  get States() {
    return z.record(Name, AnyState);
  },
});
/** A machine, or the inside of a Map or Parallel state. */
export type States = z.output<typeof States>;

/** A state machine in the Amazon States Language. */
export const Machine = z.strictObject({
  QueryLanguage: z.string().optional(),
  Comment: z.string().optional(),
  StartAt: Name,
  States: z.record(Name, AnyState),
});
export type Machine = z.output<typeof Machine>;

/** Every state, those inside of other states included, with the states that it is among. */
export function* everyState(states: States): Generator<{ name: string; state: State; among: States }> {
  for (const [name, state] of Object.entries(states.States)) {
    yield { name, state, among: states };
    for (const inside of insideOf(state)) yield* everyState(inside);
  }
}

/** What a Map or Parallel state runs. */
export const insideOf = (state: State): States[] => [
  ...(state.ItemProcessor ? [state.ItemProcessor] : []),
  ...(state.Branches ?? []),
];

/** Where a state may go on to, among its own. */
export const nextOf = (state: State): string[] => [
  ...(state.Choices ?? []).map((rule) => rule.Next),
  ...(state.Default === undefined ? [] : [state.Default]),
  ...(state.Next === undefined ? [] : [state.Next]),
  ...(state.Catch ?? []).map((rule) => rule.Next),
];

/** The name of the function that a Task invokes, with the stack's prefix; undefined for a Task of another kind. */
export function functionOf(state: State): string | undefined {
  const invoked = z.object({ FunctionName: z.string() }).safeParse(state.Arguments);
  return invoked.success ? /:function:([\w-]+)$/.exec(invoked.data.FunctionName)?.[1] : undefined;
}

/** What osls reads from its surroundings. */
export interface Surroundings {
  readonly stage: string;
  readonly region: string;
  readonly account: string;
}

const local: Surroundings = { stage: 'local', region: 'us-east-1', account: '000000000000' };

/** One of the project's YAML files with its variables filled in, as osls does it when it deploys the stack of `service`. */
export function resolveFile(file: string, service: string, { stage, region, account }: Surroundings = local): unknown {
  const given: Record<string, string> = { 'sls:stage': stage, 'aws:region': region, 'aws:accountId': account };

  const files = new Map<string, unknown>();
  const read = (path: string): unknown => {
    if (!files.has(path)) files.set(path, parse(readFileSync(join(root, path), 'utf8'), { merge: true }));
    return files.get(path);
  };
  const child = (value: unknown, key: string) => z.record(z.string(), z.unknown()).parse(resolve(value))[key];

  const variable = (text: string): unknown => {
    const included = /^file\(([^)]+\.yml)\)(?::(.+))?$/.exec(text);
    if (included) return (included[2]?.split('.') ?? []).reduce(child, read(included[1] ?? ''));
    if (text.startsWith('self:')) return text.slice('self:'.length).split('.').reduce(child, read(service));
    // What comes from the person who deploys is not in any machine.
    return given[text] ?? `\${${text}}`;
  };

  /** A string is resolved to what its variable stands for; what is inside is resolved by whoever looks there. */
  const resolve = (value: unknown): unknown => {
    if (typeof value !== 'string') return value;
    const whole = /^\$\{([^{}]+)\}$/.exec(value);
    if (whole) {
      const resolved = variable(whole[1] ?? '');
      return resolved === value ? value : resolve(resolved);
    }
    return value.replace(/\$\{([^{}]+)\}/g, (_, inner: string) => String(resolve(variable(inner))));
  };

  const deeply = (value: unknown): unknown => {
    const resolved = resolve(value);
    if (Array.isArray(resolved)) return resolved.map(deeply);
    if (resolved === null || typeof resolved !== 'object') return resolved;
    return Object.fromEntries(Object.entries(resolved).map(([key, part]) => [key, deeply(part)]));
  };

  return deeply(read(file));
}

const Workflows = z.object({
  functions: z.array(
    z.record(
      z.string(),
      z.object({
        name: z.string(),
        handler: z.string(),
        timeout: z.number().optional(),
        memorySize: z.number().optional(),
      }),
    ),
  ),
  stepFunctions: z.object({
    stateMachines: z.record(z.string(), z.object({ name: z.string(), definition: z.unknown() })),
  }),
  provider: z.object({ timeout: z.number() }),
});

const workflows = (where?: Surroundings) =>
  Workflows.parse(resolveFile('serverless-workflows.yml', 'serverless-workflows.yml', where));

/** The shipped machines as plain definitions, by their names on AWS. */
export const shippedDefinitions = (where?: Surroundings): Map<string, unknown> =>
  new Map(Object.values(workflows(where).stepFunctions.stateMachines).map((each) => [each.name, each.definition]));

/** The shipped machines, by their names on AWS. */
export const shippedMachines = (where?: Surroundings): Map<string, Machine> =>
  new Map([...shippedDefinitions(where)].map(([name, definition]) => [name, Machine.parse(definition)]));

/** Seconds that the functions of the workflows may take, by their names on AWS. */
export function functionTimeouts(where?: Surroundings): Map<string, number> {
  const { functions, provider } = workflows(where);
  return new Map(
    functions.flatMap((group) => Object.values(group)).map((each) => [each.name, each.timeout ?? provider.timeout]),
  );
}
