/**
 * A person's inbox while it changes, for browsers and Node.js 22 or newer (with a WebSocket handed in, for older ones too). No
 * dependencies: copy this file into an app. The origin of a web page has to be among the installation's CORS_ORIGINS.
 */

export interface Notification {
  readonly id: string;
  /** Unix seconds. */
  readonly timestamp: number;
  readonly is_new: boolean;
  readonly user_id: string;
  /** What kind of notification it is. */
  readonly key: string;
  readonly target_id: string | null;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface InboxOptions {
  /** `wss://…`, as the deployment prints it. */
  readonly socketUrl: string;
  /** `https://…/api/v1` */
  readonly apiUrl: string;
  readonly userId: string;
  /** A token that is valid (id or access); asked for whenever one is needed, so it may refresh the one it has. */
  readonly token: () => string | Promise<string>;
  /** Called once for each notification that comes after `openInbox`, whether it was pushed or missed and listed. */
  readonly onNotification: (notification: Notification) => void;
  /** How many are unread. */
  readonly onUnread?: (unread: number) => void;
  /** What has just failed; it is tried again. */
  readonly onError?: (error: unknown) => void;
  /** In place of the global one. */
  readonly WebSocket?: new (
    url: string,
  ) => WebSocket;
  /** Milliseconds between signs of life; the gateway closes what is silent for ten minutes. */
  readonly pingEvery?: number;
  /** Milliseconds that anything may take: to connect, to answer a ping, to load a page. */
  readonly patience?: number;
}

const MINUTE = 60_000;
const LONGEST_DELAY = 30_000;
/** A connection that held so long was a good one: the next attempt does not wait for those before it. Milliseconds. */
const HELD = 10_000;
/** Pages of a hundred unread notifications that are looked through for missed ones. */
const MOST_PAGES = 20;
/** Ids that are remembered, so that nothing is told twice. */
const MOST_REMEMBERED = 2_000;

/**
 * Follows a person's inbox until `close` is called: connects, and connects anew, with growing and random delays, whenever the
 * connection ends, as it does with its token. After that it loads what is unread, and tells what was missed.
 */
export function openInbox(options: InboxOptions): { close(): void } {
  const closing = new AbortController();
  void follow(options, closing.signal);
  return { close: () => closing.abort() };
}

async function follow(options: InboxOptions, closed: AbortSignal): Promise<void> {
  const told = teller(options);
  for (let failures = 0; !closed.aborted; failures++) {
    const start = Date.now();
    try {
      await connection(options, told, closed);
    } catch (error) {
      if (!closed.aborted) options.onError?.(error);
    }
    if (Date.now() - start > HELD) failures = 0;
    await sleep(Math.random() * Math.min(LONGEST_DELAY, 500 * 2 ** failures), closed);
  }
}

/** Passes on what is new to the app. */
function teller({ onNotification, onUnread }: InboxOptions) {
  const told = new Set<string>();
  let listed: ReadonlySet<string> | undefined;
  const tell = (notification: Notification) => {
    if (told.has(notification.id)) return;
    told.add(notification.id);
    for (const id of told) {
      if (told.size <= MOST_REMEMBERED) break;
      told.delete(id);
    }
    onNotification(notification);
  };
  return {
    tell,
    unread: (count: number) => onUnread?.(count),
    hasBegun: () => listed !== undefined,
    /** All that is unread, newest first. The first time it is what was there before; later what is not known was missed. */
    caughtUp(unread: readonly Notification[]) {
      const known = listed;
      listed = new Set(unread.map(({ id }) => id));
      if (known) for (const each of unread.toReversed()) if (!known.has(each.id)) tell(each);
    },
  };
}

/** One connection from beginning to end. Throws when it could not be made, or when what was missed could not be loaded. */
async function connection(options: InboxOptions, told: ReturnType<typeof teller>, closed: AbortSignal): Promise<void> {
  const { pingEvery = 4 * MINUTE, patience = 10_000 } = options;
  if (!told.hasBegun()) told.caughtUp((await loadUnread(options, closed)).notifications);
  const token = await options.token();
  if (closed.aborted) return;
  const Socket = options.WebSocket ?? WebSocket;
  const socket = new Socket(`${options.socketUrl}?token=${encodeURIComponent(token)}`);
  const over = new AbortController();
  const end = () => {
    over.abort();
    socket.close();
  };
  closed.addEventListener('abort', end);
  let heard = 0;
  const pings = setInterval(() => {
    if (socket.readyState !== socket.OPEN) return;
    const before = heard;
    socket.send('{"action":"ping"}');
    setTimeout(() => heard > before || end(), patience);
  }, pingEvery);

  try {
    const ended = new Promise<void>((resolve) => {
      socket.addEventListener('close', () => resolve());
      over.signal.addEventListener('abort', () => resolve());
    });
    let counted = false;
    socket.addEventListener('message', ({ data }) => {
      heard++;
      const message: unknown = JSON.parse(String(data));
      if (!isRecord(message)) return;
      if (isNotification(message.notification)) told.tell(message.notification);
      if (typeof message.unread !== 'number') return;
      counted = true;
      told.unread(message.unread);
    });
    await opened(socket, patience);
    const { unread, notifications } = await loadUnread(options, AbortSignal.any([over.signal, closed]));
    told.caughtUp(notifications);
    // A count that was pushed meanwhile may be the newer one, and every change is pushed.
    if (!counted) told.unread(unread);
    await ended;
  } finally {
    clearInterval(pings);
    closed.removeEventListener('abort', end);
    end();
  }
}

function opened(socket: WebSocket, patience: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = () => reject(new Error('The socket did not open'));
    const timer = setTimeout(fail, patience);
    const settle = (done: () => void) => () => {
      clearTimeout(timer);
      done();
    };
    socket.addEventListener('open', settle(resolve));
    socket.addEventListener('error', settle(fail));
    socket.addEventListener('close', settle(fail));
  });
}

/** Everything that is unread, newest first, page by page. */
async function loadUnread({ apiUrl, userId, token, patience = 10_000 }: InboxOptions, stop: AbortSignal) {
  const notifications: Notification[] = [];
  let unread = 0;
  let cursor = '';
  for (let page = 0; page < MOST_PAGES; page++) {
    const query = new URLSearchParams({ user_id: userId, is_new: 'true', limit: '100', cursor });
    const answer = await fetch(`${apiUrl}/notifications/list?${query}`, {
      headers: { authorization: `Bearer ${await token()}` },
      signal: AbortSignal.any([stop, AbortSignal.timeout(patience)]),
    });
    if (!answer.ok) throw new Error(`The list of notifications was answered with ${answer.status}`);
    const body: unknown = await answer.json();
    const data = isRecord(body) && isRecord(body.data) ? body.data : {};
    if (!Array.isArray(data.list) || typeof data.new !== 'number') throw new Error('The list has another form');
    notifications.push(...data.list.filter(isNotification));
    unread = data.new;
    if (typeof data.cursor !== 'string') break;
    cursor = data.cursor;
  }
  return { unread, notifications };
}

function sleep(ms: number, woken: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      woken.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    woken.addEventListener('abort', end);
    if (woken.aborted) end();
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNotification(value: unknown): value is Notification {
  return isRecord(value) && typeof value.id === 'string' && typeof value.key === 'string' && isRecord(value.data);
}
