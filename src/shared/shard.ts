/** Enough for 8,000 writes a second at one instant (1,000 per partition; DynamoDB developer guide). */
export const SHARDS = 8;

/** A stable number of 32 bits for an id (FNV-1a). */
export function hashOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** A stable shard of an id. */
export const shardOf = (id: string): number => hashOf(id) % SHARDS;
