import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { commentId, placeKey, placeOf } from '../../src/comments/comment.ts';
import { digestsOf, partsFor, type Slot } from '../../src/comments/window.ts';

const EVENT = '6f1c1c52-7a0f-4a57-8a43-3c8f6a4d5b10';

const written = (seq: number, author_id: string, mentions: string[] = []): Slot & { status: 'WRITTEN' } => ({
  status: 'WRITTEN',
  id: commentId(EVENT, { window: 1, seq }),
  event_id: EVENT,
  author_id,
  mentions,
  comment: `comment ${seq}`,
  created_at: '2026-12-01T08:00:00.000Z',
  request_id: String(seq),
  fingerprint: '',
});
const removed = ({ author_id, mentions }: Slot & { status: 'WRITTEN' }): Slot => ({
  status: 'REMOVED',
  author_id,
  mentions,
});

const member = fc.integer({ min: 0, max: 11 }).map((n) => `m${n}`);
const members = fc.uniqueArray(member);
const slots = fc
  .array(
    fc.record({
      author: member,
      mentions: fc.uniqueArray(member, { maxLength: 3 }),
      fate: fc.constantFrom('written', 'written', 'removed', 'void'),
    }),
    { maxLength: 12 },
  )
  .map((all) =>
    all.map(({ author, mentions, fate }, n): Slot => {
      const slot = written(
        n + 1,
        author,
        mentions.filter((id) => id !== author),
      );
      if (fate === 'void') return { status: 'VOID' };
      return fate === 'removed' ? removed(slot) : slot;
    }),
  );

/** Which comments somebody is told by which digest. */
const toldOf = (all: ReturnType<typeof digestsOf>, id: string) =>
  all
    .filter(({ userIds }) => userIds.includes(id))
    .map(({ name, comments }) => ({ name, ids: comments.map((c) => c.id) }));

describe('what a window tells', () => {
  it('is to everybody what others have written and they were not mentioned in, in one digest', () => {
    fc.assert(
      fc.property(slots, members, fc.integer({ min: 1, max: 4 }), (all, ids, parts) => {
        const digests = digestsOf(all, ids, parts);
        for (const id of ids) {
          const meant = all.flatMap((slot) =>
            slot.status === 'WRITTEN' && slot.author_id !== id && !slot.mentions.includes(id) ? [slot.id] : [],
          );
          expect(toldOf(digests, id).map((digest) => digest.ids)).toEqual(meant.length > 0 ? [meant] : []);
        }
        expect(digests.flatMap(({ userIds }) => userIds).filter((id) => !ids.includes(id))).toEqual([]);
        expect(new Set(digests.map(({ name }) => name)).size).toBe(digests.length);
      }),
    );
  });

  it('is in the digest of the same name when it is made again, whoever has come or gone and whatever was removed since', () => {
    fc.assert(
      fc.property(
        slots,
        members,
        members,
        fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
        (all, before, after, goes) => {
          const later = all.map((slot, n) => (slot.status === 'WRITTEN' && goes[n] ? removed(slot) : slot));
          const [first, second] = [digestsOf(all, before, 3), digestsOf(later, after, 3)];
          for (const id of before) {
            const [one] = toldOf(first, id);
            const [other] = toldOf(second, id);
            if (one && other) expect(other.name).toBe(one.name);
          }
        },
      ),
    );
  });

  it('goes to a thousand members in as few notifications as take them', () => {
    const ids = Array.from({ length: 1000 }, (_, n) => `member-${n}`);
    const digests = digestsOf([written(1, 'member-0')], ids, partsFor(ids.length));
    expect(digests).toHaveLength(2);
    expect(digests.flatMap(({ userIds }) => userIds).sort()).toEqual(ids.slice(1).sort());
    for (const { userIds } of digests) expect(userIds.length).toBeLessThan(1000);
  });
});

describe('the id of a comment', () => {
  const place = fc.record({ window: fc.integer({ min: 1, max: 2 ** 31 }), seq: fc.integer({ min: 1, max: 2 ** 31 }) });

  it('tells its place, for its event only', () => {
    fc.assert(
      fc.property(place, fc.uuid(), (at, other) => {
        expect(placeOf(EVENT, commentId(EVENT, at))).toEqual(at);
        if (other !== EVENT) expect(placeOf(other, commentId(EVENT, at))).toBeUndefined();
      }),
    );
    for (const junk of ['', 'junk', '0'.repeat(24), 'G'.repeat(24)]) expect(placeOf(EVENT, junk)).toBeUndefined();
  });

  it('sorts as the comments were written', () => {
    fc.assert(
      fc.property(place, place, (a, b) => {
        const order = a.window - b.window || a.seq - b.seq;
        expect(Math.sign(placeKey(a) < placeKey(b) ? -1 : placeKey(a) > placeKey(b) ? 1 : 0)).toBe(Math.sign(order));
      }),
    );
  });
});
