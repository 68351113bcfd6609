import { describe, expect, it } from '@jest/globals';
import { sealWith } from '../../src/shared/seal.ts';
import { readUnsubscription, stopMails, unsubscribeLinks } from '../../src/users/unsubscribe.ts';
import { confirmUser } from '../../src/users/user.ts';

const secret = 's'.repeat(32);
const now = new Date('2026-11-21T12:00:00Z');
const person = confirmUser(
  { id: 'ada', userName: 'ada', email: 'ada@example.com', emailVerified: true },
  undefined,
  now,
);
const tokenIn = (url: string) => url.split('/').at(-1) ?? '';
const link = unsubscribeLinks(secret, 'https://carillon.example');

describe('a link to unsubscribe', () => {
  it('says who and what, and is short enough for a header', () => {
    const url = link('f23fa463-bf68-433d-8259-6dd70f27cced', 'announcements');
    expect(url).toMatch(/^https:\/\/carillon\.example\/api\/v1\/unsubscribe\/[\w.-]+$/);
    expect(url.length).toBeLessThan(250);
    expect(readUnsubscription(tokenIn(link('ada', 'posts')), sealWith(secret))).toEqual({
      user: 'ada',
      category: 'posts',
    });
  });

  it('is worth nothing under another secret, for another purpose, altered or cut', () => {
    const token = tokenIn(link('ada', 'posts'));
    expect(readUnsubscription(token, sealWith('t'.repeat(32)))).toBeUndefined();
    expect(
      readUnsubscription(sealWith(secret).seal('events', { user: 'ada', category: 'posts' }), sealWith(secret)),
    ).toBeUndefined();
    for (let at = 0; at < token.length; at++) {
      for (const other of ['A', 'B', 'Q', 'R', 'g', 'h', '_', '.', '=']) {
        const altered = `${token.slice(0, at)}${other}${token.slice(at + 1)}`;
        if (altered !== token) expect(readUnsubscription(altered, sealWith(secret))).toBeUndefined();
      }
    }
    for (const more of ['A', '=', '.', '.A', ' '])
      expect(readUnsubscription(`${token}${more}`, sealWith(secret))).toBeUndefined();
    for (let cut = 0; cut < token.length; cut++)
      expect(readUnsubscription(token.slice(0, cut), sealWith(secret))).toBeUndefined();
  });
});

it('a link about a category that there is no more is worth nothing', () => {
  const token = sealWith(secret).seal('unsubscribe', { user: 'ada', category: 'gossip' });
  expect(readUnsubscription(token, sealWith(secret))).toBeUndefined();
});

describe('unsubscribing', () => {
  it('switches the emails of that category off and leaves everything else', () => {
    const before = {
      ...person,
      preferences: {
        enabled: true,
        channels: { sms: false },
        categories: { posts: { enabled: false, channels: { push: true } } },
      },
    };
    const after = stopMails(stopMails(before, 'posts', now), 'reminders', now);
    expect(after.preferences).toEqual({
      enabled: true,
      channels: { sms: false },
      categories: {
        posts: { enabled: false, channels: { push: true, email: false } },
        reminders: { enabled: true, channels: { email: false } },
      },
    });
    expect(after.revision).toBe(person.revision + 2);
  });

  it('again changes nothing', () => {
    const once = stopMails(person, 'posts', now);
    expect(stopMails(once, 'posts', new Date())).toBe(once);
  });
});
