import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { acknowledgeLinks, readAcknowledgeLink } from '../../src/notifications/acknowledge-link.ts';
import { sealWith } from '../../src/shared/seal.ts';

const SECRET = 'a secret of more than thirty-two characters';
const NOW = new Date('2031-03-01T09:00:00.000Z');
const content = (acknowledge?: { id: string; ref: string; until: string }) => ({
  key: 'reminder',
  category: 'reminders' as const,
  variables: {},
  ...(acknowledge && { acknowledge }),
});
const asked = (ref: string, until = '2031-03-01T10:00:00.000Z') => content({ id: 'x', ref, until });
const REF = 'bwx8HV8LTFWdXh0fehwrPXL6vwA';

const linkOf = acknowledgeLinks(SECRET, 'https://example.com');
const tokenOf = (link: string | undefined) => link?.split('/').at(-1) ?? '';

describe('a link to acknowledge', () => {
  it('stands for one person and one occurrence, for a week longer than somebody is waited for', () => {
    fc.assert(
      fc.property(fc.uuid(), (userId) => {
        const token = tokenOf(linkOf(userId, asked(REF), NOW));
        expect(token.length).toBeLessThanOrEqual(90);
        expect(readAcknowledgeLink(token, sealWith(SECRET))).toEqual({
          userId,
          ref: REF,
          expires: new Date('2031-03-08T10:00:00.000Z'),
        });
        expect(readAcknowledgeLink(token, sealWith(`${SECRET}!`))).toBeUndefined();
      }),
    );
  });

  it('is not made where nobody is asked, or asked any more', () => {
    const userId = '6f0d7c1e-5f0b-4c55-9d5e-1d1f7a1c2b3d';
    expect(linkOf(userId, content(), NOW)).toBeUndefined();
    expect(linkOf(userId, asked(REF, NOW.toISOString()), NOW)).toBeUndefined();
  });

  it('is of no use where anything of it was changed', () => {
    const token = tokenOf(linkOf('6f0d7c1e-5f0b-4c55-9d5e-1d1f7a1c2b3d', asked(REF), NOW));
    fc.assert(
      fc.property(fc.nat({ max: token.length - 1 }), fc.constantFrom(...'Aa0_-.'), (place, character) => {
        const changed = token.slice(0, place) + character + token.slice(place + 1);
        fc.pre(changed !== token);
        expect(readAcknowledgeLink(changed, sealWith(SECRET))).toBeUndefined();
      }),
    );
    for (const each of ['', '.', 'x.y', token.slice(1), `${token}.`])
      expect(readAcknowledgeLink(each, sealWith(SECRET))).toBeUndefined();
  });
});
