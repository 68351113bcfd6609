import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { afterFailedLook, afterLook, isNews, type Known } from '../../src/operations/decide.ts';
import { bounded, type Finding, fingerprintOf } from '../../src/operations/finding.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute));
const finding = (about: string, count = 1, since = at(0)): Finding => ({
  source: 'functions',
  about,
  what: 'Invocations failed',
  where: about,
  since: since.toISOString(),
  count,
  link: 'https://example.com/',
});

/** The table, and operators who read at once what is news. */
class Watch {
  readonly rows = new Map<string, Known>();
  readonly told: string[] = [];
  look(found: readonly Finding[] | undefined, minute: number) {
    const known = [...this.rows.values()];
    const changes =
      found === undefined
        ? afterFailedLook(known, 'functions', 'AccessDenied', 'https://example.com/', at(minute))
        : afterLook(known, found, at(minute));
    for (const each of changes) this.rows.set(fingerprintOf(each), each);
    for (const [key, each] of this.rows) {
      if (!isNews(each)) continue;
      this.told.push(`${each.about} ${each.state} ${each.count}`);
      if (each.state === 'recovered') this.rows.delete(key);
      else this.rows.set(key, { ...each, told: { state: each.state, count: each.count } });
    }
  }
}

describe('the operators', () => {
  it('are told once of what stays as it is, and once that it has recovered', () => {
    const watch = new Watch();
    for (const minute of [1, 2, 3]) watch.look([finding('send-email')], minute);
    for (const minute of [4, 5, 6, 7]) watch.look([], minute);
    expect(watch.told).toEqual(['send-email open 1', 'send-email recovered 1']);
    expect(watch.rows.size).toBe(0);
  });

  it('are told again when there are twice as many as they know of', () => {
    const watch = new Watch();
    for (const [minute, count] of [3, 5, 6, 11, 4, 12].entries()) watch.look([finding('send-email', count)], minute);
    expect(watch.told).toEqual(['send-email open 3', 'send-email open 6', 'send-email open 12']);
  });

  it('are not told of what one look misses', () => {
    const watch = new Watch();
    for (let minute = 0; minute < 10; minute++) watch.look(minute % 2 === 0 ? [finding('send-email')] : [], minute);
    expect(watch.told).toEqual(['send-email open 1']);
  });

  it('are told that a source cannot be read, and not that its findings have recovered', () => {
    const watch = new Watch();
    watch.look([finding('send-email')], 1);
    for (const minute of [2, 3, 4, 5]) watch.look(undefined, minute);
    for (const minute of [6, 7]) watch.look([finding('send-email')], minute);
    expect(watch.told).toEqual(['send-email open 1', 'unreadable open 1', 'unreadable recovered 1']);
  });

  it('are not told what a look thinks that comes after a later one', () => {
    const watch = new Watch();
    watch.look([finding('send-email')], 5);
    for (const minute of [3, 4, 5]) watch.look([], minute);
    expect([...watch.rows.values()]).toMatchObject([{ missed: 0, state: 'open' }]);
  });

  it('learn since when it is, however the window moves', () => {
    const watch = new Watch();
    watch.look([finding('send-email', 1, at(0))], 5);
    watch.look([finding('send-email', 1, at(4))], 10);
    expect([...watch.rows.values()]).toMatchObject([{ since: at(0).toISOString() }]);
  });

  const looks = fc.array(fc.option(fc.uniqueArray(fc.constantFrom('a', 'b', 'c')), { nil: undefined }), {
    maxLength: 30,
  });

  it('hear of every fault open and recovered in turn, beginning with open, whatever comes and goes', () => {
    fc.assert(
      fc.property(looks, (seen) => {
        const watch = new Watch();
        for (const [minute, names] of seen.entries())
          watch.look(
            names?.map((name) => finding(name)),
            minute,
          );
        for (const about of ['a', 'b', 'c', 'unreadable']) {
          const heard = watch.told.filter((line) => line.startsWith(`${about} `)).map((line) => line.split(' ')[1]);
          expect(heard).toEqual(heard.map((_, n) => (n % 2 === 0 ? 'open' : 'recovered')));
        }
      }),
    );
  });

  it('know of exactly what is wrong once it has been so for two looks', () => {
    fc.assert(
      fc.property(looks, fc.uniqueArray(fc.constantFrom('a', 'b', 'c')), (seen, names) => {
        const watch = new Watch();
        for (const [minute, each] of seen.entries())
          watch.look(
            each?.map((name) => finding(name)),
            minute,
          );
        for (const minute of [58, 59])
          watch.look(
            names.map((name) => finding(name)),
            minute,
          );
        expect([...watch.rows.values()].map(({ about }) => about).sort()).toEqual([...names].sort());
      }),
    );
  });
});

describe('a flood of findings', () => {
  it('is cut to the longest-standing ones and a count of the rest', () => {
    const many = Array.from({ length: 300 }, (_, n) => finding(`f${n}`, 1, at(300 - n)));
    const kept = bounded(many);
    expect(kept).toHaveLength(21);
    expect(kept[0]?.about).toBe('f299');
    expect(kept.at(-1)).toMatchObject({ about: 'more', count: 280, what: '280 more like the others' });
  });
});
