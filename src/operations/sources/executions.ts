import type { Console } from '../console.ts';
import { type Deployment, nameOf } from '../deployment.ts';
import type { Source } from '../finding.ts';
import type { Metrics } from '../metrics.ts';

const WHAT = {
  ExecutionsFailed: 'Executions failed',
  ExecutionsTimedOut: 'Executions timed out',
  ExecutionsAborted: 'Executions were aborted',
} as const;
const KINDS = ['ExecutionsFailed', 'ExecutionsTimedOut', 'ExecutionsAborted'] as const;

interface Deps {
  readonly deployment: Deployment;
  readonly metrics: Metrics;
  readonly links: Console;
  /** Milliseconds that a look goes back. */
  readonly window: number;
}

/** Executions that ended without success. Metrics go by the end; lists of executions by the start, which may be weeks earlier. */
export const executions = ({ deployment, metrics, links, window }: Deps): Source => ({
  name: 'executions',
  async look(now) {
    const machines = await deployment.all('AWS::StepFunctions::StateMachine');
    const each = machines.flatMap((StateMachineArn) =>
      KINDS.map((name) => ({ namespace: 'AWS/States', name, dimensions: { StateMachineArn } })),
    );
    const found = await metrics.sums(each, new Date(now.getTime() - window), now);
    return found.map(({ metric: { name, dimensions }, sum, since }) => ({
      source: 'executions',
      about: `${nameOf(dimensions.StateMachineArn)}#${name}`,
      what: WHAT[name],
      where: nameOf(dimensions.StateMachineArn),
      since,
      count: Math.ceil(sum),
      link: links.machine(dimensions.StateMachineArn),
    }));
  },
});
