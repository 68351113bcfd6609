import { ExternalId } from './user.ts';
import type { UserStore } from './user-store.ts';

/**
 * Ids of users by the ids that they were named by: ours, or those of another system. An external id that nobody has stands for
 * itself, and so for nobody.
 */
export async function namedUsers(
  names: readonly string[],
  users: Pick<UserStore, 'findIdsByExternal'>,
): Promise<Map<string, string>> {
  const external = names.filter((name) => ExternalId.safeParse(name).success);
  const known = external.length === 0 ? undefined : await users.findIdsByExternal(external);
  return new Map(names.map((name) => [name, known?.get(name) ?? name]));
}
