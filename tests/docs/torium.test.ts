import { describe, expect, it } from '@jest/globals';
import { expectFiles, expectTests, rowsOf } from './page-table.ts';

const FUNCTIONS = [
  'cognito-postSignUp',
  'cognito-preSignUp',
  'schedule-events',
  'schedule-notifications',
  'schedule-pushNotification-comments',
  'send-email',
  'send-pushGroupInvitation',
  'send-pushNotification',
  'send-sms',
  'torium-alerts',
];

const rows = rowsOf('docs/torium.md');

it('docs/torium.md names every function of the Torium backend', () => {
  expect(rows.map(({ name }) => name).sort()).toEqual(FUNCTIONS);
});

describe.each(rows)('its row of $name', (row) => {
  it('leads to files that there are', () => expectFiles(row));
  it('names tests that there are', () => expectTests(row));
});
