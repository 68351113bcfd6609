import { MINUTE } from '../../shared/time.ts';
import type { Console } from '../console.ts';
import type { Deployment } from '../deployment.ts';
import type { Source } from '../finding.ts';
import type { Metrics } from '../metrics.ts';

const WHAT = { ReadThrottleEvents: 'Reads were throttled', WriteThrottleEvents: 'Writes were throttled' } as const;
const KINDS = ['ReadThrottleEvents', 'WriteThrottleEvents'] as const;
/** A metric that has never had data is listed this late; nothing of it must have left the window by then. */
const LISTED_WITHIN = 15 * MINUTE;

interface Deps {
  readonly deployment: Deployment;
  readonly metrics: Metrics;
  readonly links: Console;
  /** Milliseconds that a look goes back. */
  readonly window: number;
}

/** Tables and indexes that were throttled. Their metrics have data only then, so that of most of them nothing is queried. */
export const tables = ({ deployment, metrics, links, window }: Deps): Source => ({
  name: 'tables',
  async look(now) {
    const names = new Set(await deployment.all('AWS::DynamoDB::Table'));
    const listed = await Promise.all(
      KINDS.map(async (name) => (await metrics.recent('AWS/DynamoDB', name)).map((metric) => ({ ...metric, name }))),
    );
    const own = listed.flat().filter(({ dimensions }) => names.has(dimensions.TableName ?? ''));
    const found = await metrics.sums(own, new Date(now.getTime() - window - LISTED_WITHIN), now);
    return found.map(({ metric: { name, dimensions }, sum, since }) => {
      const { TableName = '', GlobalSecondaryIndexName: index } = dimensions;
      const where = index === undefined ? TableName : `${TableName}, index ${index}`;
      const [about, count] = [`${where}#${name}`, Math.ceil(sum)];
      return { source: 'tables', about, what: WHAT[name], where, since, count, link: links.table(TableName) };
    });
  },
});
