import { expect, it } from '@jest/globals';
import { lookAtAccess } from '../../../src/running-game/strava/errand.ts';
import { errandStore } from '../../../src/running-game/strava/errand-store.ts';
import { busyTable } from '../../support/busy-table.ts';

it('adds an errand that a transaction is at a moment later', async () => {
  const table = await busyTable([1]);
  try {
    const subject = { connection_id: 'c', user_id: 'ada', athlete_id: 1 };
    const errand = lookAtAccess('id', subject, new Date('2026-12-01T18:00:00.000Z'));
    const store = errandStore(table.client, 'strava');
    expect(await store.addErrand(errand)).toBe(true);
    expect(await store.findErrand('id')).toEqual(errand);
  } finally {
    table.close();
  }
});
