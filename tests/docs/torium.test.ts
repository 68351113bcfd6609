import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

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

/** The cells of the table in docs/torium.md. */
const rows = readFileSync('docs/torium.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, name = '', here = '', shownBy = '']) => ({ name: name.replaceAll('`', ''), here, shownBy }));

const matches = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].flatMap(([, found]) => found ?? []);

it('docs/torium.md names every function of the Torium backend', () => {
  expect(rows.map(({ name }) => name).sort()).toEqual(FUNCTIONS);
});

describe.each(rows)('its row of $name', ({ here, shownBy }) => {
  it('leads to files that there are', () => {
    const files = matches(here, /`((?:src|deployment)\/[^`]+)`/g);
    expect(files).not.toEqual([]);
    expect(files.filter((file) => !existsSync(file))).toEqual([]);
  });

  it('names tests that there are', () => {
    const files = shownBy.split(';').map((part) => ({
      file: matches(part, /`(tests\/[^`]+\.test\.ts)`/g).join(),
      tests: matches(part, /“([^”]+)”/g),
    }));
    for (const { file, tests } of files) {
      expect([file, tests.length > 0]).toEqual([expect.stringMatching(/^tests\//), true]);
      const source = readFileSync(file, 'utf8');
      expect(tests.filter((test) => !source.includes(`'${test}'`) && !source.includes(`"${test}"`))).toEqual([]);
    }
  });
});
