import { describe, expect, it } from '@jest/globals';
import { eventId, meantBy, WebhookEvent } from '../../../src/running-game/strava/webhook-event.ts';

const event: WebhookEvent = {
  object_type: 'activity',
  object_id: 154504250376823,
  aspect_type: 'create',
  owner_id: 134815,
  subscription_id: 120475,
  event_time: 1795255200,
};

describe('what the webhook is told', () => {
  it('is read as Strava pushes it, with what is not known yet', () => {
    expect(WebhookEvent.parse({ ...event, updates: { title: 'Messy' }, surprise: 1 })).toMatchObject(event);
    expect(WebhookEvent.safeParse({ ...event, object_id: '12' }).success).toBe(false);
  });

  it('is the same when object, aspect, time, athlete and connection are', () => {
    const id = eventId(event, 'connection');
    expect(eventId({ ...event, subscription_id: 1, updates: { title: 'Other' } }, 'connection')).toBe(id);
    const others = [
      eventId({ ...event, object_id: 2 }, 'connection'),
      eventId({ ...event, object_type: 'athlete' }, 'connection'),
      eventId({ ...event, aspect_type: 'update' }, 'connection'),
      eventId({ ...event, event_time: 2 }, 'connection'),
      eventId({ ...event, owner_id: 2 }, 'connection'),
      eventId(event, 'another'),
    ];
    expect(new Set([id, ...others]).size).toBe(7);
    expect(`${id}_9`).toMatch(/^[\w-]{1,80}$/);
  });

  it('means an activity to look at, or an athlete who may have gone', () => {
    expect(meantBy(event)).toBe('ACTIVITY');
    expect(meantBy({ ...event, aspect_type: 'delete' })).toBe('ACTIVITY');
    expect(meantBy({ ...event, object_type: 'athlete', updates: { authorized: 'false' } })).toBe('ACCESS');
    expect(meantBy({ ...event, object_type: 'athlete', updates: { authorized: false } })).toBe('ACCESS');
    const trap = { toString: 1, valueOf: 1 };
    expect(meantBy({ ...event, object_type: 'athlete', updates: { authorized: trap } })).toBeUndefined();
    expect(meantBy({ ...event, object_type: 'athlete', updates: { weight: '70' } })).toBeUndefined();
  });
});
