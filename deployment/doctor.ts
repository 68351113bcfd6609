import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DescribeExecutionCommand,
  SFNClient,
  StartExecutionCommand,
  StateMachineDoesNotExist,
} from '@aws-sdk/client-sfn';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Known } from '../src/operations/decide.ts';
import { SOURCES } from '../src/operations/finding.ts';
import { findingStore } from '../src/operations/finding-store.ts';
import { Problem, say, step } from './say.ts';
import type { Where } from './where.ts';

/** Milliseconds; the tries of all its functions included. */
const LONGEST_LOOK = 20 * 60_000;

/**
 * Looks at everything that can be wrong, by the machine that does so on a schedule, and prints what is. Answers whether anything is.
 */
export const doctor = async ({ stage, account, region, options = {} }: Where): Promise<boolean> => {
  const machine = `arn:aws:states:${region}:${account}:stateMachine:carillon-${stage}-operations-watch`;
  const failure = await step('looking at everything', () => look(new SFNClient(options), machine, stage));
  const tables = DynamoDBDocumentClient.from(new DynamoDBClient(options));
  const open = (await findingStore(tables, `carillon-${stage}-findings`).known()).filter(
    ({ state }) => state === 'open',
  );
  say(open.length === 0 ? '\nNothing is wrong.' : `\n${report(open)}`);
  if (failure !== undefined) say(`\nThe look did not end well (${failure}): not all of this may be as it is now.`);
  return open.length > 0 || failure !== undefined;
};

/** Runs the machine once; what it failed with, if it did. */
const look = async (client: SFNClient, stateMachineArn: string, stage: string): Promise<string | undefined> => {
  const executionArn = await start(client, stateMachineArn, stage);
  for (const end = Date.now() + LONGEST_LOOK; Date.now() < end; await sleep(500)) {
    const { status, error } = await client.send(new DescribeExecutionCommand({ executionArn }));
    if (status !== 'RUNNING') return status === 'SUCCEEDED' ? undefined : (error ?? status);
  }
  throw new Problem(`The look has not ended after ${LONGEST_LOOK / 60_000} minutes: ${executionArn}`);
};

const start = async (client: SFNClient, stateMachineArn: string, stage: string): Promise<string | undefined> => {
  const name = `doctor-${randomUUID()}`;
  try {
    return (await client.send(new StartExecutionCommand({ stateMachineArn, name, input: '{}' }))).executionArn;
  } catch (error) {
    if (error instanceof StateMachineDoesNotExist)
      throw new Problem(`The stage ${stage} is not deployed, or is older than this: it has no ${stateMachineArn}.`);
    throw error;
  }
};

/** Columns of a terminal, and how far the lines of a finding are set in. */
const COLUMNS = 80;
const INDENT = '     ';

const wrapped = (text: string): string[] =>
  text.match(new RegExp(`\\S.{0,${COLUMNS - INDENT.length - 1}}(?=\\s|$)|\\S+`, 'g')) ?? [];

/** In the order of the sources, the longest-standing first. Nothing is wider than a terminal but a link, which has to stay whole. */
export const report = (open: readonly Known[]): string => {
  const sorted = SOURCES.flatMap((source) =>
    open.filter((each) => each.source === source).sort((a, b) => a.since.localeCompare(b.since)),
  );
  const blocks = sorted.map(({ what, where, since, count, link, missed }, n) => {
    const lines = [
      ...wrapped(missed > 0 ? `${what} (not any more)` : what),
      where,
      `since ${since}, how many: ${count}`,
      link,
    ];
    return lines
      .map(
        (line, at) =>
          `${
            at === 0
              ? String(n + 1)
                  .padStart(3)
                  .padEnd(INDENT.length)
              : INDENT
          }${line}`,
      )
      .join('\n');
  });
  return blocks.join('\n\n');
};
