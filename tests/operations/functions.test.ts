import { describe, expect, it } from '@jest/globals';
import { consoleOf } from '../../src/operations/console.ts';
import type { Metric, Metrics } from '../../src/operations/metrics.ts';
import { functions } from '../../src/operations/sources/functions.ts';

/** A deployment in which what is named has failed and was throttled once, in the window. */
function look(...names: string[]) {
  const since = '2026-01-01T00:00:00.000Z';
  const sums: Metrics['sums'] = async <M extends Metric>(metrics: readonly M[]) =>
    metrics
      .filter(({ dimensions: { FunctionName } }) => FunctionName === undefined || names.includes(FunctionName))
      .map((metric) => ({ metric, sum: 1, since }));
  const source = functions({
    deployment: { all: async () => names },
    metrics: { sums, recent: async () => [] },
    links: consoleOf('us-east-1'),
    prefix: 'carillon-dev',
    window: 1,
  });
  return source.look(new Date(since));
}

describe('functions that fail', () => {
  it('are found, and so are those that are throttled', async () => {
    const found = await look('carillon-dev-send-email');
    expect(found.map(({ about }) => about)).toEqual([
      'carillon-dev-send-email#Errors',
      'carillon-dev-send-email#Throttles',
    ]);
  });

  it('are not those that refuse a sign-up or a sign-in', async () => {
    const found = await look('carillon-dev-pre-sign-up', 'carillon-dev-post-confirmation');
    expect(found.map(({ about }) => about)).toEqual([
      'carillon-dev-pre-sign-up#Throttles',
      'carillon-dev-post-confirmation#Throttles',
    ]);
  });
});
