import type { Console } from '../console.ts';
import type { Deployment } from '../deployment.ts';
import type { Source } from '../finding.ts';
import type { Metrics } from '../metrics.ts';

const WHAT = { Errors: 'Invocations failed', Throttles: 'Invocations were throttled' } as const;
const KINDS = ['Errors', 'Throttles'] as const;
/** Cognito's triggers refuse somebody by failing; what is wrong with them is an alarm (`auth/alarms.yml`). */
const REFUSE_BY_FAILING = ['pre-sign-up', 'post-confirmation', 'post-authentication'];

interface Deps {
  readonly deployment: Deployment;
  readonly metrics: Metrics;
  readonly links: Console;
  /** What the names of functions begin with. */
  readonly prefix: string;
  /** Milliseconds that a look goes back. */
  readonly window: number;
}

/** Functions that fail or are throttled. */
export const functions = ({ deployment, metrics, links, prefix, window }: Deps): Source => ({
  name: 'functions',
  async look(now) {
    const from = new Date(now.getTime() - window);
    const metric = (name: 'Errors' | 'Throttles', dimensions: { FunctionName?: string }) => ({
      namespace: 'AWS/Lambda',
      name,
      dimensions,
    });
    // Without a dimension it is the sum over all functions of the region, which as a rule is 0: each query is charged.
    const any = await metrics.sums(
      KINDS.map((kind) => metric(kind, {})),
      from,
      now,
    );
    if (any.length === 0) return [];

    const names = await deployment.all('AWS::Lambda::Function');
    const refusing = new Set(REFUSE_BY_FAILING.map((name) => `${prefix}-${name}`));
    const each = names.flatMap((FunctionName) =>
      any
        .filter(({ metric: { name } }) => name !== 'Errors' || !refusing.has(FunctionName))
        .map(({ metric: { name } }) => ({ ...metric(name, { FunctionName }), FunctionName })),
    );
    const found = await metrics.sums(each, from, now);
    return found.map(({ metric: { name, FunctionName }, sum, since }) => ({
      source: 'functions',
      about: `${FunctionName}#${name}`,
      what: WHAT[name],
      where: FunctionName,
      since,
      count: Math.ceil(sum),
      link: links.function(FunctionName),
    }));
  },
});
