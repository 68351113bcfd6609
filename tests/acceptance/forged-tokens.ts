import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { poolIds } from '../support/accounts.ts';

const Claims = z.record(z.string(), z.unknown());
const Header = z.object({ alg: z.string(), kid: z.string() });

const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url');
const decode = (part = '') => JSON.parse(Buffer.from(part, 'base64url').toString());

function signed(header: z.infer<typeof Header>, claims: unknown, key: KeyObject): string {
  const text = `${encode(header)}.${encode(claims)}`;
  return `${text}.${sign('RSA-SHA256', Buffer.from(text), key).toString('base64url')}`;
}

/** The key with which the emulator's pool signs id tokens, from the directory of this run's stack. */
async function poolKey(): Promise<KeyObject> {
  const { dir } = z.object({ dir: z.string() }).parse(JSON.parse(process.env.CARILLON_TEST_HOME ?? '{}'));
  const { poolId } = await poolIds();
  const [file] = globSync(`**/${poolId}-id.pem`, { cwd: join(dir, 'state') });
  if (file === undefined) throw new Error('the key of the pool is not where the emulator keeps it');
  return createPrivateKey(readFileSync(join(dir, 'state', file)));
}

/** What somebody who has a person's token, or knows what is in it, may try in its place. None of them may open anything. */
export async function forgedTokens(bearer: string): Promise<Record<string, string | undefined>> {
  const [head, body, signature] = bearer.replace('Bearer ', '').split('.');
  const header = Header.parse(decode(head));
  const claims = Claims.parse(decode(body));
  const pool = await poolKey();
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const now = Math.floor(Date.now() / 1000);
  const token = (changes: Record<string, unknown>, key: KeyObject) =>
    `Bearer ${signed(header, { ...claims, ...changes }, key)}`;
  return {
    'no token': undefined,
    garbage: 'Bearer garbage',
    'no word after Bearer': 'Bearer ',
    'three parts of garbage': 'Bearer aaa.bbb.ccc',
    'an unsigned token': `Bearer ${encode({ alg: 'none', typ: 'JWT' })}.${body}.`,
    'a token without its signature': `Bearer ${head}.${body}.`,
    'a token of a foreign pool': token({}, stranger),
    'a token of a foreign pool under its own name': token({ iss: `${claims.iss}x` }, stranger),
    'a token with another user in it': `Bearer ${head}.${encode({ ...claims, sub: 'another' })}.${signature}`,
    'a token for another client': token({ aud: 'another-client' }, pool),
    'an expired token': token({ iat: now - 7200, exp: now - 3600 }, pool),
  };
}

/** A token as the pool would give it, made from another one with other claims: for people who never signed in, or one that is about to end. */
export async function tokenWith(bearer: string, changes: Record<string, unknown>): Promise<string> {
  const [head, body] = bearer.replace('Bearer ', '').split('.');
  return signed(Header.parse(decode(head)), { ...Claims.parse(decode(body)), ...changes }, await poolKey());
}

/** The person's own claims, signed anew as the pool would: shows that the other ones are refused for their content. */
export const renewedToken = async (bearer: string): Promise<string> => `Bearer ${await tokenWith(bearer, {})}`;
