import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mentionedAmong, mentionsIn } from '../../src/comments/mentions.ts';

const people = [
  { id: 'ada', first_name: 'Ada', last_name: 'Lovelace' },
  { id: 'ada2', first_name: 'ada', last_name: 'Byron' },
  { id: 'anna', first_name: 'Anna-Maria', last_name: 'van der Berg' },
  { id: 'sean', first_name: 'Sean', last_name: "O'Neil" },
  { id: 'lukasz', first_name: 'Łukasz' },
  { id: 'nameless' },
];
const mentioned = (text: string) => mentionedAmong(mentionsIn(text), people);

describe('a mention', () => {
  it.each([
    ['@Ada.Lovelace, do you come?', ['ada']],
    ['@ada', ['ada', 'ada2']],
    ['hi @ADA!', ['ada', 'ada2']],
    ['(@anna-maria)', ['anna']],
    ['@annamaria', ['anna']],
    ['@anna-maria.vanderberg', ['anna']],
    ["@sean.o'neil: yes", ['sean']],
    ['@sean.oneil', ['sean']],
    ['@łukasz', ['lukasz']],
    ['@ŁUKASZ', ['lukasz']],
    ['@Łukasz'.normalize('NFD'), ['lukasz']],
    ['thanks @lukasz', []],
    ['thanks @sean.See you', ['sean']],
    ['@sean. See you', ['sean']],
    ['@sean @ada.byron @sean', ['sean', 'ada2']],
    ['write to ada@sean.org', []],
    ['@ ada', []],
    ['@@ada', []],
    ['@adam', []],
    ['nobody', []],
    ['@nameless', []],
  ])('%s', (text, ids) => {
    expect(mentioned(text)).toEqual(ids);
  });

  const word = fc.stringMatching(/^[\p{L}\p{N}]{1,12}$/u);
  const between = fc.constantFrom(' ', '\n', ', ', '! ', ' – ', '(', ') ');

  it('finds everybody by either name, whatever stands around it', () => {
    fc.assert(
      fc.property(word, word, between, between, fc.boolean(), (first, last, before, after, both) => {
        const person = { id: 'x', first_name: first, last_name: last };
        const text = `so${before}@${both ? `${first}.${last}` : first}${after}there`;
        expect(mentionedAmong(mentionsIn(text), [person])).toEqual(['x']);
      }),
    );
  });

  it('is none without an @, or within a word', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), word, (text, name) => {
        const person = [{ id: 'x', first_name: name, last_name: name }];
        expect(mentionedAmong(mentionsIn(text.replaceAll('@', '')), person)).toEqual([]);
        expect(mentionedAmong(mentionsIn(`a@${name}`), person)).toEqual([]);
      }),
    );
  });

  it('means only people who are there, each once, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('@', '.', 'a', 'd', 'ada', '-', ' ', "'") }), (text) => {
        const ids = mentioned(text);
        expect(new Set(ids).size).toBe(ids.length);
        for (const id of ids) expect(people.map((each) => each.id)).toContain(id);
      }),
    );
  });

  it('takes no longer than the text is long', () => {
    const long = `@${'a-'.repeat(40_000)}@${'b.'.repeat(40_000)}`;
    expect(mentionsIn(long).length).toBeGreaterThan(0);
  });
});
