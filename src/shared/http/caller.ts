import * as z from 'zod';
import { Forbidden } from '../errors.ts';

/** Who calls, as the gateway's JWT authorizer has verified it. */
export interface Caller {
  /** The token's `sub`. */
  readonly userId: string;
  readonly groups: readonly string[];
}

/** An HTTP API hands list claims on as one string, `[admins staff]`. */
const groupsClaim = z.union([
  z.array(z.string()),
  z.string().transform((text) => text.replace(/[[\],"]/g, ' ').split(/\s+/)),
]);

const claims = z.object({ sub: z.string().min(1), 'cognito:groups': groupsClaim.optional() });

/** Reads the caller from the authorizer's claims (id or access token). Throws when there are none: such a route must have an authorizer. */
export function callerFrom(jwtClaims: unknown): Caller {
  const parsed = claims.parse(jwtClaims);
  return { userId: parsed.sub, groups: (parsed['cognito:groups'] ?? []).filter((name) => name !== '') };
}

export function isAdmin(caller: Caller): boolean {
  return caller.groups.includes('admins');
}

/** Throws Forbidden for anybody who does not administer the installation. */
export function expectAdmin(caller: Caller): void {
  if (!isAdmin(caller)) throw new Forbidden();
}

/** Throws Forbidden for anybody but the services that may notify others. */
export function expectSender(caller: Caller): void {
  if (!caller.groups.includes('senders')) throw new Forbidden();
}

/** Throws Forbidden for anybody who may neither notify others nor administer the installation. */
export function expectSenderOrAdmin(caller: Caller): void {
  if (!isAdmin(caller)) expectSender(caller);
}
