import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { checkTemplate, fillWritten, TemplateError, tryTemplate } from '../../src/notifications/templates/liquid.ts';

const known = ['first_name', 'event.title'];
const reader = { locale: 'en', timeZone: 'UTC' };

describe('setting a template', () => {
  test.each([
    'Plain text, with { braces } and 100 %',
    'Hi {{ first_name }}, {{ event.title | upcase }} starts',
    '{% if first_name %}Hi {{ first_name | default: "you" }}{% else %}Hi{% endif %}',
    '{% assign who = first_name | strip %}{{ who }} {{ who | size }} {{ first_name.size }}',
    '{{ event["title"] }}',
  ])('%p is fine', (text) => {
    expect(checkTemplate(text, known)).toEqual([]);
  });

  test('names each variable that does not exist, also where it would be optional', () => {
    const reasons = checkTemplate('{{ nickname | default: "x" }} {% if event.place %}y{% endif %} {{ event }}', known);
    expect(reasons).toHaveLength(3);
    for (const name of ['nickname', 'event.place', 'event']) {
      expect(reasons.join('\n')).toContain(`unknown variable "${name}"; known are first_name, event.title`);
    }
    expect(checkTemplate('{{ x }}', [])).toEqual(['unknown variable "x"; there are none here']);
  });

  test.each([
    ['{{ first_name', /not closed/],
    ['{% if first_name %}', /not closed/],
    ['{{ first_name | shout }}', /undefined filter: shout/],
    ['{% include "secrets" %}', /not found/],
    ['{% render "secrets" %}', /not found/],
    ['{% layout "secrets" %}', /not found/],
    ['{% for i in (1..1000000000) %}x{% endfor %}', /not found/],
    ['{{ event[first_name] }}', /unknown variable/],
    ['{{ first_name.constructor.constructor }}', /unknown variable/],
    ['x'.repeat(10_001), /limit/],
  ])('%.40p is refused with one reason', (text, reason) => {
    expect(checkTemplate(text, known)).toEqual([expect.stringMatching(reason)]);
  });

  test('any text is either fine or refused with a reason on one line', () => {
    const parts = fc.constantFrom(
      '{{',
      '}}',
      '{%',
      '%}',
      ' if ',
      'first_name',
      '|',
      '"',
      '.',
      ' ',
      '\n',
      'raw',
      'assign',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(parts, fc.string()), { maxLength: 12 }), (pieces) => {
        const reasons = checkTemplate(pieces.join(''), known);
        for (const reason of reasons) expect(reason).toMatch(/^[^\n\r]+$/);
      }),
      { numRuns: 500 },
    );
  });
});

describe('filling in a template', () => {
  test('happens per recipient', () => {
    const text = '{{ event.title }}: hi {{ first_name | default: "there" }}';
    const event = { title: 'Standup' };
    expect(fillWritten(text, { first_name: 'Ada', event }, reader)).toBe('Standup: hi Ada');
    expect(fillWritten(text, { first_name: null, event }, reader)).toBe('Standup: hi there');
  });

  test('does not read a value as a template', () => {
    expect(fillWritten('{{ first_name }}', { first_name: '{{ secret }}{% if %}' }, reader)).toBe(
      '{{ secret }}{% if %}',
    );
  });

  test.each([
    ['a missing variable', '{{ nickname }}'],
    ['text that doubles', `{% assign a = "xxxxxxxxxxxxxxxx" %}${'{% assign a = a | append: a %}'.repeat(40)}{{ a }}`],
    ['a huge range', '{{ (1..100000000) }}'],
    ['what a prototype has', '{{ first_name.constructor }}'],
    ['too long a result', '{{ long }}{{ long }}{{ long }}'],
    ['a result of too many bytes', '{{ wide }}'],
    ['a result of too many bytes in JSON', '{{ quoted }}'],
  ])('stops at %s', (_, title) => {
    const variables = {
      first_name: 'Ada',
      long: 'x'.repeat(9_000),
      wide: '界'.repeat(7_000),
      quoted: '"'.repeat(11_000),
    };
    expect(() => fillWritten(title, variables, reader)).toThrow(TemplateError);
    expect(tryTemplate(title, variables)).toEqual([expect.stringMatching(/^[^\n]+$/)]);
  });
});

describe('dates', () => {
  const warsaw = { locale: 'pl-PL', timeZone: 'Europe/Warsaw' };
  const write = (text: string, at: unknown, who = warsaw) => fillWritten(text, { at }, who);

  test('are written in the zone and the language of who reads them', () => {
    const at = '2026-12-01T23:30:00Z';
    expect(write('{{ at | date_time }}', at)).toBe('2 grudnia 2026 00:30');
    expect(write('{{ at | date_only }}', at)).toBe('2 grudnia 2026');
    expect(write('{{ at | time_only }}', at)).toBe('00:30');
    const newYork = { locale: 'en-US', timeZone: 'America/New_York' };
    expect(write('{{ at | date_time }}', at, newYork)).toMatch(/^December 1, 2026 at 6:30\sPM$/);
    expect(write('{{ at | date_only }}', at, { locale: 'en-GB', timeZone: 'UTC' })).toBe('1 December 2026');
  });

  test('follow the clocks of the zone through a change', () => {
    // Warsaw: 02:00 → 03:00 on 29 March 2026, 03:00 → 02:00 on 25 October 2026.
    expect(write('{{ at | time_only }}', '2026-03-29T00:59:59Z')).toBe('01:59');
    expect(write('{{ at | time_only }}', '2026-03-29T01:00:00Z')).toBe('03:00');
    expect(write('{{ at | time_only }}', '2026-10-25T00:30:00Z')).toBe('02:30');
    expect(write('{{ at | time_only }}', '2026-10-25T01:30:00Z')).toBe('02:30');
  });

  test.each([
    ['2026-12-01T10:00:00+02:00', '09:00'],
    ['2026-12-01T08:00:00.500Z', '09:00'],
    [1_796_112_000, '09:00'],
    ['1796112000', '09:00'],
    [0, '01:00'],
  ])('are read from %p', (at, time) => {
    expect(write('{{ at | time_only }}', at)).toBe(time);
  });

  test.each([
    'tomorrow',
    '2026-12-01',
    '2026-12-01T08:00:00',
    '2026-02-30T08:00:00Z',
    '',
    null,
    true,
    -1,
    1e15,
    {},
    [],
  ])('made of %p are an error that does not quote it', (at) => {
    expect(() => write('{{ at | date_time }}', at)).toThrow(/date_time was given something else than an instant/);
  });

  test('of a cause are words by themselves, in its zone and the language of who reads, and go with the filters as well', () => {
    const due = { instant: '2026-12-01T08:00:00.000Z', time_zone: 'Asia/Tokyo' };
    expect(write('{{ at }}', due)).toBe('wtorek, 1 grudnia 2026 17:00 (Asia/Tokyo)');
    expect(write('{{ at | time_only }}', due)).toBe('09:00');
    expect(checkTemplate('{{ at.instant }}', ['at'])).toHaveLength(1);
  });
});
