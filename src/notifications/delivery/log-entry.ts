import * as z from 'zod';
import { LogRow } from './delivery.ts';

/**
 * Rows of one entry that have everything in common but the recipient and, where each has one of their own, the provider's id. A
 * recipient is their place in the batch, or their id where there is no batch.
 */
export const RowGroup = LogRow.omit({ user_id: true }).extend({
  who: z.array(z.union([z.number().int(), z.string()])),
  /** In the order of `who`. */
  message_ids: z.array(z.string()).optional(),
});
export type RowGroup = z.output<typeof RowGroup>;

interface Packing {
  readonly common: Omit<RowGroup, 'who'>;
  readonly who: (number | string)[];
  readonly ids: string[];
}

/** The rows as they are stored: an entry of fifty inbox items takes one write unit, where fifty rows would take ten. */
export function packRows(rows: readonly LogRow[], recipients: readonly string[]): RowGroup[] {
  const places = new Map(recipients.map((userId, place) => [userId, place]));
  const groups = new Map<string, Packing>();
  for (const { user_id, message_id, ...common } of rows) {
    const key = JSON.stringify([message_id === undefined, Object.entries(common).sort()]);
    const group: Packing = groups.get(key) ?? { common, who: [], ids: [] };
    groups.set(key, group);
    group.who.push(places.get(user_id) ?? user_id);
    if (message_id !== undefined) group.ids.push(message_id);
  }
  return [...groups.values()].map(({ common, who, ids }) => ({ ...common, who, ...sharedId(ids) }));
}

function sharedId(ids: readonly string[]): Pick<RowGroup, 'message_id' | 'message_ids'> {
  const [first] = ids;
  if (first === undefined) return {};
  return ids.every((id) => id === first) ? { message_id: first } : { message_ids: [...ids] };
}

/** The rows that were packed, group by group. Throws when a group names a place that the batch does not have. */
export function unpackRows(groups: readonly RowGroup[], recipients: readonly string[]): LogRow[] {
  return groups.flatMap(({ who, message_ids, ...common }) =>
    who.map((one, n) => {
      const user_id = typeof one === 'number' ? recipients[one] : one;
      if (user_id === undefined) throw new Error(`A batch of ${recipients.length} has no recipient ${one}`);
      const message_id = message_ids?.[n] ?? common.message_id;
      return { ...common, user_id, ...(message_id === undefined ? {} : { message_id }) };
    }),
  );
}
