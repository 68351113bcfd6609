import {
  type CloudWatchClient,
  type Dimension,
  type MetricDataQuery,
  paginateGetMetricData,
  paginateListMetrics,
} from '@aws-sdk/client-cloudwatch';
import { chunks } from '../shared/chunks.ts';

/** GetMetricData takes so many queries (CloudWatch API reference). */
const QUERIES_AT_ONCE = 500;
/** Seconds. */
const PERIOD = 60;

export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** How much of something happened in a window, and when it began; instant, ISO 8601 UTC. */
export interface Sum<M> {
  readonly metric: M;
  readonly sum: number;
  readonly since: string;
}

export interface Metrics {
  /** Those metrics of which something happened from `from` to `to`. */
  sums<M extends Metric>(metrics: readonly M[], from: Date, to: Date): Promise<Sum<M>[]>;
  /** Metrics that had data in the last three hours: of what is rare, nearly none. A fresh one is listed within 15 minutes. */
  recent(namespace: string, name: string): Promise<Metric[]>;
}

const dimensionsOf = (dimensions: Metric['dimensions']): Dimension[] =>
  Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));

export function cloudWatchMetrics(client: CloudWatchClient): Metrics {
  async function sumsOf<M extends Metric>(metrics: readonly M[], from: Date, to: Date): Promise<Sum<M>[]> {
    const MetricDataQueries = metrics.map(
      ({ namespace, name, dimensions }, n): MetricDataQuery => ({
        Id: `m${n}`,
        MetricStat: {
          Metric: { Namespace: namespace, MetricName: name, Dimensions: dimensionsOf(dimensions) },
          Period: PERIOD,
          Stat: 'Sum',
        },
      }),
    );
    const points = new Map<string, { at: Date; value: number }[]>();
    const pages = paginateGetMetricData({ client }, { MetricDataQueries, StartTime: from, EndTime: to });
    for await (const { MetricDataResults = [] } of pages) {
      for (const { Id = '', StatusCode, Timestamps = [], Values = [] } of MetricDataResults) {
        if (StatusCode === 'InternalError' || StatusCode === 'Forbidden') throw new Error(`metrics: ${StatusCode}`);
        const some = Timestamps.map((at, n) => ({ at, value: Values[n] ?? 0 })).filter(({ value }) => value > 0);
        points.set(Id, [...(points.get(Id) ?? []), ...some]);
      }
    }
    return metrics.flatMap((metric, n) => {
      const some = points.get(`m${n}`) ?? [];
      if (some.length === 0) return [];
      const since = new Date(Math.min(...some.map(({ at }) => at.getTime()))).toISOString();
      return [{ metric, since, sum: some.reduce((sum, { value }) => sum + value, 0) }];
    });
  }

  return {
    async sums(metrics, from, to) {
      const parts = chunks(metrics, QUERIES_AT_ONCE).map((part) => sumsOf(part, from, to));
      return (await Promise.all(parts)).flat();
    },

    async recent(namespace, name) {
      const found: Metric[] = [];
      const query = { Namespace: namespace, MetricName: name, RecentlyActive: 'PT3H' as const };
      for await (const { Metrics = [] } of paginateListMetrics({ client }, query)) {
        for (const { Dimensions = [] } of Metrics) {
          const dimensions = Object.fromEntries(Dimensions.map(({ Name = '', Value = '' }) => [Name, Value]));
          found.push({ namespace, name, dimensions });
        }
      }
      return found;
    },
  };
}
