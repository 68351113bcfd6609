import { type ExecutionListItem, paginateListExecutions, type SFNClient } from '@aws-sdk/client-sfn';
import { DAY, HOUR } from '../../shared/time.ts';
import type { Console } from '../console.ts';
import { type Deployment, nameOf } from '../deployment.ts';
import { bounded, type Finding, type Source } from '../finding.ts';

/** Longer no execution of a machine has anything to wait for; milliseconds. An invitation waits for as long as it can be answered. */
export const longestWaits = (invitation: number) => ({
  // Armed five minutes ahead; up to five tiers that wait a day each for an acknowledgement; then two days of quiet hours.
  'reminder-lifecycle': 8 * DAY,
  // Quiet hours, at most two days (the time limit of a part is three).
  'notification-delivery': 4 * DAY,
  'batch-delivery': 4 * DAY,
  'invitation-lifecycle': invitation + DAY,
  // A window of seconds, then the tries of its functions.
  'comment-digest': 2 * HOUR,
  // Its parts are deliveries.
  redrive: 5 * DAY,
  'redrive-delivery': 4 * DAY,
  'operations-watch': HOUR,
  // A thousand rounds of seconds each, where tens of thousands of alerts fire at once.
  'price-watch': 3 * HOUR,
  // Three attempts with stages of an hour, the longest that there are, and the wait to be received.
  cooking: 12 * HOUR,
  'prepare-filling': 3 * HOUR,
  // Two thousand pages of seconds each, where more than half a million have a wallet.
  'mining-round': 3 * HOUR,
  // The longest grace for uploads, and the time that an event of a hundred thousand takes.
  'event-finish': 18 * HOUR,
  // Fifty parts, five at a time, and the tries of its functions.
  'territory-capture': 2 * HOUR,
  // Up to 48 waits of an hour, while Strava does not answer, or one for the next day.
  'strava-sync': 3 * DAY,
  // An offer that stands for a day, and its payment's blocks.
  'coin-top-up': 3 * DAY,
});

/** The list begins with the newest, and its pages have a thousand. */
const MOST_PAGES = 10;

interface Deps {
  readonly client: SFNClient;
  readonly deployment: Deployment;
  readonly links: Console;
  /** What the names of machines begin with. */
  readonly prefix: string;
  /** How long an execution can have to wait, by its machine's name without the prefix; milliseconds. */
  readonly waits: Readonly<Record<string, number>>;
}

/** Executions that run longer than they can have to wait. */
export function stuck({ client, deployment, links, prefix, waits }: Deps): Source {
  async function stuckOf(stateMachineArn: string, now: Date): Promise<Finding[]> {
    const where = nameOf(stateMachineArn);
    const longest = waits[where.slice(prefix.length + 1)] ?? HOUR;
    const startedBefore = new Date(now.getTime() - longest);
    const old: ExecutionListItem[] = [];
    let pages = 0;
    const query = { stateMachineArn, statusFilter: 'RUNNING' as const, maxResults: 1000 };
    for await (const { executions = [], nextToken } of paginateListExecutions({ client }, query)) {
      old.push(...executions.filter(({ startDate = now }) => startDate < startedBefore));
      if (++pages === MOST_PAGES && nextToken) {
        const what = `More than ${MOST_PAGES}000 executions run; the oldest of them were not looked at`;
        const [about, since, link] = [`${where}#many`, now.toISOString(), links.machine(stateMachineArn)];
        return [{ source: 'stuck', about, what, where, since, count: MOST_PAGES * 1000, link }];
      }
    }
    const found = old.map(({ name = '', executionArn = '', startDate = now }): Finding => {
      const since = startDate.toISOString();
      const what = `An execution of ${where} runs for longer than ${longest / HOUR} hours`;
      return {
        source: 'stuck',
        about: `${where}#${name}`,
        what,
        where: name,
        since,
        count: 1,
        link: links.execution(executionArn),
      };
    });
    return bounded(found).map((each) => (each.about === 'more' ? { ...each, about: `${where}#more` } : each));
  }

  return {
    name: 'stuck',
    async look(now) {
      const machines = await deployment.all('AWS::StepFunctions::StateMachine');
      return (await Promise.all(machines.map((arn) => stuckOf(arn, now)))).flat();
    },
  };
}
