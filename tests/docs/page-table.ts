import { existsSync, readFileSync } from 'node:fs';
import { expect } from '@jest/globals';

/** A row of a page's table: what was asked for, the files that do it, the tests that show it. */
interface Row {
  readonly name: string;
  readonly here: string;
  readonly shownBy: string;
}

const matches = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].flatMap(([, found]) => found ?? []);

/** The rows of a page's table, whose names are in backquotes. */
export const rowsOf = (page: string): Row[] =>
  readFileSync(page, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, name = '', here = '', shownBy = '']) => ({ name: name.replaceAll('`', ''), here, shownBy }));

/** That a row leads to files that there are. */
export function expectFiles({ here }: Row): void {
  const files = matches(here, /`((?:src|deployment)\/[^`]+)`/g);
  expect(files).not.toEqual([]);
  expect(files.filter((file) => !existsSync(file))).toEqual([]);
}

/** That a row names tests that there are, each in the file before it. */
export function expectTests({ shownBy }: Row): void {
  const files = shownBy.split(';').map((part) => ({
    file: matches(part, /`(tests\/[^`]+\.test\.ts)`/g).join(),
    tests: matches(part, /“([^”]+)”/g),
  }));
  for (const { file, tests } of files) {
    expect([file, tests.length > 0]).toEqual([expect.stringMatching(/^tests\//), true]);
    const source = readFileSync(file, 'utf8');
    expect(tests.filter((test) => !source.includes(`'${test}'`) && !source.includes(`"${test}"`))).toEqual([]);
  }
}
