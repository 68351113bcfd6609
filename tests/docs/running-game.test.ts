import { describe, expect, it } from '@jest/globals';
import { expectFiles, expectTests, rowsOf } from './page-table.ts';

/** The game's list, and how it is judged. */
const LINES = [
  'coins, tokens, mining energy and a ledger',
  'an admin creates events',
  'buying a ticket',
  'all active event tickets of the user that they can consume',
  'consume a ticket to start running',
  'upload GPS points',
  'save the run',
  'points are private, start and end are blurred',
  'a loop or a path becomes cells that the runner captures',
  'territories as GeoJSON, by box, cell and user',
  'the one who loses a cell is told, once a run',
  'decay and a cap',
  'mining: a claim',
  'mining: a cron for everybody, once an hour',
  'every day at 22:00 in the event’s zone',
  'an event that starts after 22:00 waits for the next day',
  'freeze, grace, standings, prizes, notify, archive',
  'Strava: connecting, with tokens encrypted',
  'Strava: the webhook',
  'Strava: what is deleted, and whoever withdraws',
  'Strava: streams of activities, within the rate limits',
  'Strava: off by default, and for the athlete alone unless the operator says otherwise',
  'web3: coins for a payment on a chain',
  'a hundred at once: consumes of one ticket, claims, captures of one cell',
  'a recorded track',
  'the nightly finish in four zones and more, and on days when clocks change',
  'a Strava that answers 429, tells things twice, and deletes',
  'the ledger’s sum, after every fault between its steps',
];

const rows = rowsOf('docs/running-game.md');

it('docs/running-game.md has every line of the list', () => {
  expect(rows.map(({ name }) => name)).toEqual(LINES);
});

describe.each(rows)('its row of $name', (row) => {
  it('leads to files that there are', () => expectFiles(row));
  it('names tests that there are', () => expectTests(row));
});
