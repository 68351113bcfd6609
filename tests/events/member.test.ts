import { describe, expect, it } from '@jest/globals';
import { createEvent, EventContent } from '../../src/events/event.ts';
import { type Member, viewMember } from '../../src/events/member.ts';

const content = EventContent.parse({ title: 'x', starts_at: { at: '2026-12-01T09:00:00', timeZone: 'UTC' } });
const event = createEvent({ id: 'e1', fingerprint: 'f' }, 'olga', content, new Date(0));

const owner: Member = { status: 'MEMBER', user_id: 'olga' };
const paul: Member = { status: 'MEMBER', user_id: 'paul', email: 'paul@example.com' };
const invited: Member = { status: 'INVITED', email: 'rita@example.com' };

describe('the members of an event', () => {
  it('show their addresses to the owner', () => {
    expect([owner, paul, invited].map((member) => viewMember(member, event, 'olga'))).toEqual([
      { role: 'owner', user_id: 'olga' },
      { role: 'member', user_id: 'paul', email: 'paul@example.com' },
      { role: 'invitee', email: 'rita@example.com' },
    ]);
  });

  it('show to each other who is on it and no address but their own', () => {
    const seen = (viewer: string) => [owner, paul, invited].map((member) => viewMember(member, event, viewer));
    expect(seen('sven')).toEqual([
      { role: 'owner', user_id: 'olga' },
      { role: 'member', user_id: 'paul' },
      { role: 'invitee' },
    ]);
    expect(seen('paul')[1]).toEqual({ role: 'member', user_id: 'paul', email: 'paul@example.com' });
  });
});
