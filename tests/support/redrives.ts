import { expect } from '@jest/globals';
import * as z from 'zod';
import { type Ask, expectStatus, type Person } from '../acceptance/person.ts';
import { until } from './lifecycle.ts';

const base = '/api/v1/admin/redrives';

const Counts = z.object({
  found: z.int(),
  sent: z.int(),
  failed: z.int(),
  withdrawn: z.int(),
  expired: z.int(),
  unwanted: z.int(),
  waiting: z.int(),
});
const Redrive = z.object({ id: z.string(), status: z.string(), counts: Counts, to: z.string() });

/** Counts with everything at zero but these. */
export const counts = (some: Partial<z.output<typeof Counts>>) => ({
  ...{ found: 0, sent: 0, failed: 0, withdrawn: 0, expired: 0, unwanted: 0, waiting: 0 },
  ...some,
});

/** Asks for a redrive; its id. */
export async function redrive(admin: Person, body: object, more: Pick<Ask, 'headers'> = {}): Promise<string> {
  const answer = expectStatus(202, await admin.ask('POST', base, { body, ...more }));
  const { id } = Redrive.parse(answer.body);
  expect(answer.headers.get('location')).toBe(`${base}/${id}`);
  return id;
}

export const stateOf = async (admin: Person, id: string) =>
  Redrive.parse(expectStatus(200, await admin.ask('GET', `${base}/${id}`)).body);

/** How a redrive has ended. */
export const ended = (admin: Person, id: string, seconds = 60) =>
  until(
    'the end of the redrive',
    async () => {
      const found = await stateOf(admin, id);
      return found.status === 'RUNNING' ? undefined : found;
    },
    seconds,
  );
