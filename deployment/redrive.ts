import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { InvokeCommand, LambdaClient, ResourceNotFoundException } from '@aws-sdk/client-lambda';
import * as z from 'zod';
import { askedTime, RedriveInput } from '../src/redrives/redrive.ts';
import { RedriveView } from '../src/redrives/view.ts';
import { InvalidRequest } from '../src/shared/errors.ts';
import { Problem, say, step, table } from './say.ts';
import type { Where } from './where.ts';

/** Milliseconds for which the terminal looks on; the redrive goes on without it. */
const LONGEST_LOOK = 60 * 60_000;

/** What `redrive` is asked for by its options; `to` is this instant when it is left out. Throws Problem. */
export const redriveOptions = (args: string[], now: Date): RedriveInput => {
  const asked = RedriveInput.safeParse({ to: now.toISOString(), ...optionsIn(args) });
  if (asked.success) return timely(asked.data, now);
  throw new Problem(asked.error.issues.map(({ path, message }) => `--${path.join('.')}: ${message}`).join('\n'));
};

/** A function that refuses is one that has failed, and would be told of as such. */
const timely = (input: RedriveInput, now: Date): RedriveInput => {
  try {
    askedTime(input, now);
    return input;
  } catch (error) {
    throw error instanceof InvalidRequest ? new Problem(`--${error.message}`) : error;
  }
};

const optionsIn = (args: string[]) => {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({ args, options: { reason: text, from: text, to: text, channel: text } }).values;
  } catch (error) {
    throw new Problem(error instanceof Error ? error.message : String(error));
  }
};

/** Sends once more what has failed, and prints what became of it. Answers whether it ended well. */
export const redrive = async ({ stage, options = {} }: Where, input: RedriveInput): Promise<boolean> => {
  const ask = operator(new LambdaClient(options), `carillon-${stage}-operate-redrive`);
  const { id } = await ask(input);
  const ended = await step(`redrive ${id}`, async () => {
    for (const end = Date.now() + LONGEST_LOOK; Date.now() < end; await sleep(1000)) {
      const view = await ask({ id });
      if (view.status !== 'RUNNING' || view.resumes_at !== undefined) return view;
    }
    return ask({ id });
  });
  say(
    `\n${table(
      [ended.reason, ''],
      Object.entries(ended.counts).map(([name, count]) => [name, String(count)]),
    )}`,
  );
  if (ended.status === 'RUNNING') {
    const until =
      ended.resumes_at === undefined ? '' : `, and some wait for the end of quiet hours, ${ended.resumes_at}`;
    say(`\nIt goes on by itself${until}: GET /api/v1/admin/redrives/${id}`);
  }
  if (ended.status === 'FAILED')
    say('\nIt was given up: not everything was dealt with. Ask for the rest with a shorter time.');
  return ended.status !== 'FAILED';
};

const Failure = z.object({ errorMessage: z.string() });

/** Calls the function that stands in for an administrator; whoever may call it is the operator. */
const operator = (client: LambdaClient, FunctionName: string) => async (payload: object) => {
  const call = new InvokeCommand({ FunctionName, Payload: JSON.stringify(payload) });
  const { Payload, FunctionError } = await client.send(call).catch((error: unknown) => {
    if (error instanceof ResourceNotFoundException)
      throw new Problem(`There is no ${FunctionName}: deploy the stage first.`);
    throw error;
  });
  const answer: unknown = JSON.parse(Buffer.from(Payload ?? []).toString());
  if (FunctionError !== undefined) throw new Problem(`The redrive was refused: ${Failure.parse(answer).errorMessage}`);
  return RedriveView.parse(answer);
};
