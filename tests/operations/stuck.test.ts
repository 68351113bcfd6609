import { expect, it } from '@jest/globals';
import { shippedMachines } from '../../local/machines.ts';
import { longestWaits } from '../../src/operations/sources/stuck.ts';

it('knows of every machine how long it can have to wait', () => {
  const names = [...shippedMachines().keys()].map((name) => name.replace('carillon-local-', ''));
  expect(Object.keys(longestWaits(0))).toEqual(expect.arrayContaining(names));
});
