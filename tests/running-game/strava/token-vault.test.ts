import { expect, it } from '@jest/globals';
import { tokenVault } from '../../../src/running-game/strava/token-vault.ts';

const secret = 's'.repeat(64);
const tokens = { access: 'access-123', refresh: 'refresh-456' };

it('gives back what it was given', () => {
  expect(tokenVault(secret).unlock(tokenVault(secret).lock(tokens, 7), 7)).toEqual(tokens);
});

it('shows nothing of it, and never the same', () => {
  const vault = tokenVault(secret);
  const locked = Array.from({ length: 50 }, () => vault.lock(tokens, 7));
  expect(new Set(locked).size).toBe(50);
  for (const each of locked)
    expect(Buffer.from(each, 'base64url').toString('latin1')).not.toMatch(/access|refresh|123/);
});

it('gives nothing for another athlete, with another secret, or when any byte was changed', () => {
  const locked = tokenVault(secret).lock(tokens, 7);
  expect(() => tokenVault(secret).unlock(locked, 8)).toThrow();
  expect(() => tokenVault('t'.repeat(64)).unlock(locked, 7)).toThrow();
  const bytes = Buffer.from(locked, 'base64url');
  for (const [n, byte] of bytes.entries()) {
    const changed = Buffer.from(bytes);
    changed.writeUInt8(byte ^ 1, n);
    expect(() => tokenVault(secret).unlock(changed.toString('base64url'), 7)).toThrow();
  }
  for (const short of ['', locked.slice(0, 20), bytes.subarray(0, 27).toString('base64url')])
    expect(() => tokenVault(secret).unlock(short, 7)).toThrow();
});
