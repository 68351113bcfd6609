import type { SendResult } from '../channels/channel.ts';
import { RateLimited, TransientFailure } from '../shared/workflow/task.ts';
import { isNews, type Known } from './decide.ts';
import { type Message, messagesOf } from './embeds.ts';
import type { FindingStore } from './finding-store.ts';

export interface TellDeps {
  readonly findings: Pick<FindingStore, 'known' | 'claim' | 'told' | 'release'>;
  /** Undefined where no webhook is set up: then the log has to do. */
  readonly post: ((body: Message['body']) => Promise<SendResult>) | undefined;
  readonly log: (known: Known) => void;
  /** What the messages say that they are about. */
  readonly deployment: string;
  readonly now: () => Date;
}

/** The webhook does not take it, and would not take it again. */
class WebhookRefused extends Error {
  override readonly name = 'WebhookRefused';
}

/** It may have taken it: tried again at once, the operators would read it as often as it is tried. */
class WebhookSilent extends Error {
  override readonly name = 'WebhookSilent';
}

/**
 * Tells the operators what is news. Each finding is claimed before and noted after, so that of two runs one tells of it; a run that
 * dies in between leaves it to a later one, which then tells of it a second time at the most. Throws when a message was not taken;
 * the next run tells then.
 */
export async function tell(run: string, deps: TellDeps): Promise<{ told: number }> {
  const news = (await deps.findings.known()).filter(isNews);
  const claims = await Promise.all(news.map((each) => deps.findings.claim(each, run, deps.now())));
  const mine = news.filter((_, place) => claims[place]);
  for (const message of messagesOf(mine, deps.deployment)) {
    try {
      await post(message, deps);
    } catch (error) {
      // What was told of before is noted by now, and keeps its claim no longer.
      await Promise.all(mine.map((each) => deps.findings.release(each, run)));
      throw error;
    }
    for (const each of message.about) {
      deps.log(each);
      await deps.findings.told(each, run);
    }
  }
  return { told: mine.length };
}

async function post(message: Message, deps: TellDeps): Promise<void> {
  const result = await deps.post?.(message.body);
  if (result === undefined || result.kind === 'accepted') return;
  if (result.kind === 'permanent') throw new WebhookRefused(result.reason);
  if (result.kind === 'unknown') throw new WebhookSilent(result.reason);
  throw result.reason === 'RATE_LIMITED' ? new RateLimited(result.reason) : new TransientFailure(result.reason);
}
