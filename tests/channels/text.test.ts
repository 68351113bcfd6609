import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { OUTCOME_EXPLANATIONS, Outcome, REASON_EXPLANATIONS, ReasonCode } from '../../src/channels/outcome.ts';
import { smsSegments, smsText } from '../../src/channels/sms-text.ts';
import { cut, cutToJsonBytes, oneLine, plainText } from '../../src/channels/text.ts';

const anything = fc.string({ unit: 'binary', maxLength: 600, size: 'max' });

describe('text', () => {
  test('on one line has no line break or control character of any kind', () => {
    fc.assert(fc.property(anything, (text) => expect(oneLine(text)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u)));
    expect(oneLine(' a\r\n\tb\u2028c\u0000 ')).toBe('a b c');
  });

  test('keeps its lines and nothing else that is invisible', () => {
    expect(plainText('a\r\nb\rc\u2028d\te\u0007\u001b[0m\n')).toBe('a\nb\nc\nd\te[0m');
  });

  test('is cut without splitting a character', () => {
    fc.assert(
      fc.property(anything, fc.integer({ min: 1, max: 50 }), (text, max) => {
        const short = cut(text.toWellFormed(), max);
        expect(short.length).toBeLessThanOrEqual(max);
        expect(short.isWellFormed()).toBe(true);
        const small = cutToJsonBytes(text.toWellFormed(), max + 3);
        expect(Buffer.byteLength(JSON.stringify(small)) - 2).toBeLessThanOrEqual(max + 3);
      }),
    );
    expect(cut('🎲🎲🎲', 4)).toBe('🎲…');
    expect(cut('short', 5)).toBe('short');
  });
});

describe('the text of an SMS', () => {
  test('stays in the cheap alphabet where only typography would leave it', () => {
    expect(smsText('“Ada’s”\u00a0dentist – 9…', 3)).toBe('"Ada\'s" dentist - 9...');
  });

  test('keeps letters that the alphabet does not have', () => {
    expect(smsText('Zażółć gęślą jaźń', 3)).toBe('Zażółć gęślą jaźń');
  });

  test.each([
    ['a', 160, 157],
    ['€', 80, 78],
    ['ż', 70, 67],
    ['🎲', 35, 33],
  ])(
    'made of %p has room for %i of them in one part, and is cut to %i when there are more',
    (character, room, kept) => {
      expect(smsText(character.repeat(room), 1)).toBe(character.repeat(room));
      expect(smsText(character.repeat(room + 1), 1)).toBe(`${character.repeat(kept)}...`);
    },
  );

  test.each([
    ['a'.repeat(160), 'GSM-7', 1],
    ['a'.repeat(161), 'GSM-7', 2],
    ['a'.repeat(306), 'GSM-7', 2],
    ['a'.repeat(307), 'GSM-7', 3],
    // The character of two places would be cut in two between the parts.
    [`${'a'.repeat(152)}€${'a'.repeat(151)}`, 'GSM-7', 2],
    [`${'a'.repeat(152)}€${'a'.repeat(152)}`, 'GSM-7', 3],
    ['ż'.repeat(70), 'UCS-2', 1],
    ['ż'.repeat(71), 'UCS-2', 2],
    ['ż'.repeat(134), 'UCS-2', 2],
    [`${'ż'.repeat(66)}🎲${'ż'.repeat(65)}`, 'UCS-2', 2],
    [`${'ż'.repeat(66)}🎲${'ż'.repeat(66)}`, 'UCS-2', 3],
    ['', 'GSM-7', 1],
    ['^{}\\[~]|€', 'GSM-7', 1],
    ['ç', 'UCS-2', 1],
    ['Ç', 'GSM-7', 1],
  ])('%.20p… is counted as %s in %i', (text, encoding, segments) => {
    expect(smsSegments(text)).toEqual({ encoding, segments });
  });

  test('never needs more parts than allowed, and uses what is allowed', () => {
    const letters = fc.array(fc.constantFrom('a', '€', 'ż', '🎲', '\n', ' '), { maxLength: 900, size: 'max' });
    fc.assert(
      fc.property(
        fc.oneof(
          anything,
          letters.map((some) => some.join('')),
        ),
        fc.integer({ min: 1, max: 5 }),
        (text, parts) => {
          const whole = text.toWellFormed();
          const sent = smsText(whole, parts);
          expect(smsSegments(sent).segments).toBeLessThanOrEqual(parts);
          expect(sent.isWellFormed()).toBe(true);
          if (smsSegments(whole).segments <= parts) expect(smsSegments(sent)).toEqual(smsSegments(whole));
          else expect(sent).toMatch(/\.\.\.$/);
        },
      ),
    );
  });
});

test('the list of reasons is closed, short, and explains every one', () => {
  expect(ReasonCode.options.length).toBeLessThanOrEqual(40);
  const explanations = [...Object.values(REASON_EXPLANATIONS), ...Object.values(OUTCOME_EXPLANATIONS)];
  expect(explanations).toHaveLength(ReasonCode.options.length + Outcome.options.length);
  for (const explanation of explanations) expect(explanation).toMatch(/^[A-Z][^\n]+\.$/);
});
