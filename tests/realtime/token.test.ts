import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { tokenVerifier } from '../../src/realtime/token.ts';

const pool = { poolId: 'us-east-1_abcdefghi', clientId: 'the-client' };
const issuer = `https://cognito-idp.us-east-1.amazonaws.com/${pool.poolId}`;
const pair = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const keys = new Map([['first', pair()]]);
let asked = 0;
let up = true;
let server: Server;
let keysUrl = '';

beforeAll(async () => {
  server = createServer((_, answer) => {
    asked++;
    const shown = [...keys].map(([kid, { publicKey }]) => ({
      ...publicKey.export({ format: 'jwk' }),
      kid,
      alg: 'RS256',
    }));
    answer.writeHead(up ? 200 : 500).end(JSON.stringify({ keys: shown }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = z.object({ port: z.number() }).parse(server.address());
  keysUrl = `http://127.0.0.1:${port}/${pool.poolId}/.well-known/jwks.json`;
});
afterAll(() => {
  server.close();
});

const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url');
const exp = Math.floor(Date.now() / 1000) + 600;

function token(changes: Record<string, unknown> = {}, kid = 'first', key?: KeyObject) {
  const claims = { sub: 'ada', iss: issuer, token_use: 'id', aud: pool.clientId, exp, iat: exp - 3600, ...changes };
  const text = `${encode({ alg: 'RS256', kid })}.${encode(claims)}`;
  const by = key ?? keys.get(kid)?.privateKey;
  if (!by) throw new Error(`no key ${kid}`);
  return `${text}.${sign('RSA-SHA256', Buffer.from(text), by).toString('base64url')}`;
}

const ada = { userId: 'ada', endsAt: exp };
const access = { token_use: 'access', aud: undefined, client_id: pool.clientId };

describe('a token', () => {
  it('of the pool and client tells whose it is and when it ends; the keys are fetched once', async () => {
    const verify = tokenVerifier({ ...pool, keysUrl });
    const before = asked;
    expect(await verify(token())).toEqual(ada);
    expect(await verify(token(access))).toEqual(ada);
    expect(asked).toBe(before + 1);
  });

  it.each([
    ['that has expired', () => token({ exp: exp - 3000 })],
    ['of another pool', () => token({ iss: `${issuer}x` })],
    ['signed by somebody else', () => token({}, 'first', pair().privateKey)],
    ['signed with a key that is not shown', () => token({}, 'unknown', pair().privateKey)],
    ['for another client', () => token({ aud: 'another' })],
    ['for the access of another client', () => token({ ...access, client_id: 'another' })],
    ['that is neither an id nor an access token', () => token({ token_use: 'refresh' })],
    ['that says it needs no signature', () => `${encode({ alg: 'none', kid: 'first' })}.${token().split('.')[1]}.`],
    [
      'signed with the public key as a secret',
      () => `${encode({ alg: 'HS256', kid: 'first' })}.${token().split('.')[1]}.x`,
    ],
    ['without a key id', () => token().replace(/^[^.]+/, encode({ alg: 'RS256' }))],
    ['that is none', () => 'garbage'],
    ['that is empty', () => ''],
  ])('%s is refused', async (_, made) => {
    expect(await tokenVerifier({ ...pool, keysUrl })(made())).toBeUndefined();
  });

  it('signed with a key that the pool shows only by now is taken', async () => {
    const verify = tokenVerifier({ ...pool, keysUrl });
    expect(await verify(token())).toEqual(ada);
    keys.set('second', pair());
    expect(await verify(token({}, 'second'))).toEqual(ada);
  });

  it('is not judged while the keys cannot be had', async () => {
    const verify = tokenVerifier({ ...pool, keysUrl });
    up = false;
    await expect(verify(token())).rejects.toThrow('answered with 500');
    up = true;
    expect(await verify(token())).toEqual(ada);
  });
});
