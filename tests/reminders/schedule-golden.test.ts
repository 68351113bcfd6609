import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { nextDue, type Schedule, upcoming, withZone } from '../../src/reminders/schedule.ts';

/** Made by golden/make_golden.py; the first line says with which versions. */
const [, ...lines] = readFileSync(new URL('golden/golden.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n');
const golden = lines.map((line) =>
  z
    .strictObject({
      at: z.string(),
      timeZone: z.string(),
      dstPolicy: z.enum(['shift', 'skip']),
      rrule: z.string(),
      exdates: z.array(z.string()),
      after: z.string(),
      /** Whether nothing comes after `due`. */
      last: z.boolean(),
      due: z.array(z.string()),
    })
    .parse(JSON.parse(line)),
);

const instants = (schedule: Schedule, after: string, count: number): string[] =>
  upcoming(schedule, new Date(after), count).map(({ instant }) => instant.replace('.000Z', 'Z'));

const byFrequency = Object.entries(Object.groupBy(golden, ({ rrule }) => /FREQ=(\w+)/.exec(rrule)?.[1] ?? 'none'));

test.each(byFrequency)('%s rules are due when dateutil and zoneinfo say so', (_frequency, cases = []) => {
  const differences = cases.flatMap(({ due, last, after, ...given }) => {
    const schedule = withZone(given, 'UTC');
    const ours = instants(schedule, after, due.length + (last ? 1 : 0));
    return JSON.stringify(ours) === JSON.stringify(due) ? [] : [{ ...given, after, last, due, ours }];
  });
  expect(differences).toEqual([]);
});

test('asking for the next one, again and again, walks through the same moments as asking for all of them', () => {
  for (const { due, after, ...given } of golden.filter((_, index) => index % 7 === 0)) {
    const { last: _last, ...input } = given;
    const schedule = withZone(input, 'UTC');
    let at = new Date(after);
    for (const expected of due) {
      const next = nextDue(schedule, at);
      expect(next?.toISOString()).toBe(expected.replace('Z', '.000Z'));
      if (next !== undefined) at = next;
    }
  }
});
