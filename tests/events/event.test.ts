import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createEvent, EventChanges, EventContent, editEvent, startInstant, viewEvent } from '../../src/events/event.ts';
import { expectRevision } from '../../src/shared/http/revision.ts';
import { fieldErrors } from '../../src/shared/http/route.ts';

const created = new Date('2026-11-01T10:00:00.000Z');
const later = new Date('2026-11-02T10:00:00.000Z');

const content = EventContent.parse({
  title: 'Carnival meeting',
  place: 'Room 4',
  starts_at: { at: '2026-12-01T09:00', timeZone: 'Europe/Warsaw' },
});
const event = createEvent({ id: 'e1', fingerprint: 'f' }, 'olga', content, created);

function reasonsFor(body: unknown) {
  const parsed = EventContent.safeParse(body);
  return parsed.success ? [] : fieldErrors(parsed.error).map(({ field }) => field);
}

describe('an event', () => {
  it('starts at the instant at which clocks in its zone show its wall time', () => {
    expect(startInstant(event).toISOString()).toBe('2026-12-01T08:00:00.000Z');
    expect(viewEvent(event).starts_at).toEqual({
      at: '2026-12-01T09:00:00',
      timeZone: 'Europe/Warsaw',
      instant: '2026-12-01T08:00:00.000Z',
    });
  });

  it.each([
    ['in an hour that clocks skip, by the length of the gap later', '2026-03-29T02:30:00', '2026-03-29T01:30:00.000Z'],
    ['in an hour that clocks show twice, the first time', '2026-10-25T02:30:00', '2026-10-25T00:30:00.000Z'],
  ])('starts, %s', (_, at, instant) => {
    const moved = editEvent(event, { starts_at: { at, timeZone: 'Europe/Warsaw' } }, later);
    expect(startInstant(moved).toISOString()).toBe(instant);
  });

  it.each([
    ['a day that is not in the calendar', { at: '2026-02-30T09:00:00', timeZone: 'Europe/Warsaw' }, 'starts_at.at'],
    ['an hour that no clock shows', { at: '2026-02-03T24:00:00', timeZone: 'Europe/Warsaw' }, 'starts_at.at'],
    ['an offset', { at: '2026-02-03T09:00:00Z', timeZone: 'Europe/Warsaw' }, 'starts_at.at'],
    ['a year that nobody means', { at: '9999-12-31T23:59:59', timeZone: 'Europe/Warsaw' }, 'starts_at.at'],
    ['no text', { at: 5, timeZone: 'Europe/Warsaw' }, 'starts_at.at'],
    ['an unknown zone', { at: '2026-02-03T09:00:00', timeZone: 'Mars/Base' }, 'starts_at.timeZone'],
    ['an offset for a zone', { at: '2026-02-03T09:00:00', timeZone: '+01:00' }, 'starts_at.timeZone'],
    ['no zone', { at: '2026-02-03T09:00:00' }, 'starts_at.timeZone'],
  ])('cannot start at %s', (_, starts_at, field) => {
    expect(reasonsFor({ title: 'x', starts_at })).toEqual([field]);
  });

  it('may have started before it is recorded', () => {
    expect(reasonsFor({ title: 'x', starts_at: { at: '1999-12-31T23:59:00', timeZone: 'UTC' } })).toEqual([]);
  });

  it('has a title that is more than blanks', () => {
    expect(reasonsFor({ ...content, title: '  ' })).toEqual(['title']);
    expect(reasonsFor({ ...content, title: 'x'.repeat(201) })).toEqual(['title']);
  });
});

describe('a change of an event', () => {
  it('raises the revision and keeps what it does not name', () => {
    const moved = editEvent(event, { place: 'Room 5' }, later);
    expect(moved).toEqual({ ...event, place: 'Room 5', revision: 2, updated_at: later.toISOString() });
  });

  it('takes a text away with null', () => {
    expect(editEvent(event, { place: null }, later).place).toBeUndefined();
  });

  it('made twice is one change', () => {
    const change = fc.record(
      {
        title: fc.constantFrom('Carnival meeting', 'Other'),
        description: fc.constantFrom(null, 'text', 'more'),
        place: fc.constantFrom(null, 'Room 4', 'Room 5'),
        starts_at: fc.record({
          at: fc.constantFrom('2026-12-01T09:00:00', '2026-12-02T09:00:00'),
          timeZone: fc.constantFrom('Europe/Warsaw', 'UTC'),
        }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(change, (wanted) => {
        const changes = EventChanges.parse(wanted);
        const once = editEvent(event, changes, later);
        expect(editEvent(once, changes, new Date('2027-01-01'))).toBe(once);
        expect(once.revision - event.revision).toBe(once === event ? 0 : 1);
      }),
    );
  });

  it('is refused when the caller has seen another revision', () => {
    expect(() => expectRevision(event, 2)).toThrow('It has changed since you read it');
    expect(() => expectRevision(event, 1)).not.toThrow();
    expect(() => expectRevision(event, undefined)).not.toThrow();
  });
});
