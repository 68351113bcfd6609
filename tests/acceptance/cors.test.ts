import { describe, expect, it } from '@jest/globals';
import { address } from '../support/where.ts';
import { newPerson } from './person.ts';

const Origin = 'https://app.example.com';

describe('a web page of an origin among CORS_ORIGINS', () => {
  it('may ask with a token, a revision and a key', async () => {
    const preflight = await fetch(`${address}/api/v1/users/me/preferences`, {
      method: 'OPTIONS',
      headers: {
        Origin,
        'Access-Control-Request-Method': 'PUT',
        'Access-Control-Request-Headers': 'authorization,content-type,if-match,idempotency-key',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
    expect(preflight.headers.get('access-control-allow-methods')?.split(',')).toContain('PUT');
    expect(preflight.headers.get('access-control-allow-headers')?.toLowerCase().split(',').sort()).toEqual([
      'authorization',
      'content-type',
      'idempotency-key',
      'if-match',
      'if-none-match',
    ]);
  });

  it('may read what is answered, a refusal too', async () => {
    const ada = await newPerson('page');
    const answer = await ada.ask('GET', '/api/v1/users/me/preferences', { headers: { Origin } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(answer.headers.get('access-control-expose-headers')?.split(',')).toContain('ETag');
    const refused = await ada.ask('PUT', '/api/v1/users/me/preferences', { body: { enabled: 1 }, headers: { Origin } });
    expect(refused.status).toBe(400);
    expect(refused.headers.get('access-control-allow-origin')).toBe('*');
  });
});
