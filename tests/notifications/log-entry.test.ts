import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LogRow } from '../../src/notifications/delivery/delivery.ts';
import { packRows, unpackRows } from '../../src/notifications/delivery/log-entry.ts';

const recipients = Array.from({ length: 50 }, (_, n) => `user-${n}`);
const at = '2026-12-01T08:00:00.000Z';
const byUser = (rows: readonly LogRow[]) => [...rows].sort((a, b) => a.user_id.localeCompare(b.user_id));

describe('rows of an entry', () => {
  const row = fc.record(
    {
      outcome: fc.constantFrom('SENT', 'DELIVERED', 'PENDING', 'DEFERRED', 'FAILED'),
      reason: fc.constantFrom('ACCEPTED', 'AWAITING_SEND', 'QUIET_HOURS'),
      at: fc.constantFrom(at, '2026-12-01T08:00:00.001Z'),
      attempts: fc.integer({ min: 0, max: 3 }),
      message_id: fc.constantFrom('the-same', 'another', 'third'),
      until: fc.constantFrom(at),
      sending: fc.constant(true),
    },
    { requiredKeys: ['outcome', 'reason', 'at', 'attempts'] },
  );

  it('are the same after they were packed, whoever is in the batch', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 50 }), fc.boolean(), (rows, inBatch) => {
        const whole: LogRow[] = rows.map((each, n) => ({ ...each, user_id: `user-${n}` }));
        const among = inBatch ? recipients : [];
        const stored = JSON.parse(JSON.stringify(packRows(whole, among)));
        expect(byUser(unpackRows(stored, among))).toEqual(byUser(whole));
      }),
    );
  });

  it('that have all in common are one group, with recipients by their places', () => {
    const rows = recipients.map((user_id) => ({
      user_id,
      outcome: 'DELIVERED' as const,
      reason: 'ADDED_TO_INBOX' as const,
      at,
      attempts: 1,
      message_id: '0193',
    }));
    const packed = packRows(rows, recipients);
    expect(packed).toHaveLength(1);
    expect(Buffer.byteLength(JSON.stringify(packed))).toBeLessThan(350);
  });

  it('of which each has an id of the provider’s own stay one group', () => {
    const rows = recipients.map((user_id, n) => ({
      user_id,
      outcome: 'SENT' as const,
      reason: 'ACCEPTED' as const,
      at,
      attempts: 1,
      message_id: `message-${n}`,
    }));
    expect(packRows(rows, recipients)).toHaveLength(1);
  });

  it('that name a place outside of the batch are not guessed', () => {
    const group = { outcome: 'SENT' as const, reason: 'ACCEPTED' as const, at, attempts: 1, who: [50] };
    expect(() => unpackRows([group], recipients)).toThrow('no recipient 50');
  });
});
