/** One open WebSocket of a person. */
export interface Connection {
  /** The gateway's. */
  readonly id: string;
  /** When the token ends that opened it. Unix seconds. */
  readonly endsAt: number;
  /** Unix seconds. */
  readonly openedAt: number;
}

/** A person's devices and browser tabs; of more, the oldest makes room. */
export const MOST_CONNECTIONS = 20;

/**
 * Seconds in which a connection is known here and the gateway may not have it yet: `$connect` is answered after it has been written
 * down, within 29 seconds (quotas of API Gateway, integration timeout). Until then "gone" does not mean that it ended.
 */
const OPENING = 30;

export const unixSeconds = (instant: Date) => Math.floor(instant.getTime() / 1000);

export const hasEnded = ({ endsAt }: Connection, now: Date) => endsAt <= unixSeconds(now);

export const isOpening = ({ openedAt }: Connection, now: Date) => unixSeconds(now) < openedAt + OPENING;

/** The connections that make room: the oldest ones beyond what a person may have. */
export function surplus(connections: readonly Connection[]): Connection[] {
  const newestFirst = connections.toSorted((a, b) => b.openedAt - a.openedAt || b.id.localeCompare(a.id));
  return newestFirst.slice(MOST_CONNECTIONS);
}

/** The earliest end among them; undefined when there are none. */
export function nextEnd(connections: readonly Connection[]): number | undefined {
  return connections.length === 0 ? undefined : Math.min(...connections.map(({ endsAt }) => endsAt));
}
