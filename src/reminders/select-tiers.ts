import { type Content, isTooMany } from '../notifications/delivery/delivery.ts';
import { type SelectDeps, selectRecipients } from '../notifications/delivery/select-recipients.ts';
import { type Asking, lastUntil, tierOn } from './acknowledgement/asking.ts';
import { type AudienceSources, audienceOf } from './audience.ts';
import { atTier, type Delivering, dispatchIds, occurrenceRef } from './occurrence.ts';
import { latestSend } from './reminder.ts';

type Batches = Awaited<ReturnType<typeof selectRecipients>>['batches'];

/** What the machine goes on with. */
interface Selected {
  /** Names of batches of `dispatchId`, or lists of them; of the tiers before that one each with its own dispatch. */
  readonly batches: (Batches[number] | { readonly dispatchId: string; readonly batch: Batches[number] })[];
  readonly skipped: number;
  readonly dispatchId: string;
  readonly tier: number;
  /** How it stands with the acknowledgement, and until when somebody is waited for. */
  readonly asking: { readonly status: 'NONE' | 'ENDED' } | { readonly status: 'WAITING'; readonly until: string };
}

interface Tiers {
  readonly occurrence: Delivering;
  readonly from: number;
}

/** Selects the recipients of every tier from `from` on to the one that is on, each once. Run again it answers the same. */
export async function selectTiers(
  { occurrence, from }: Tiers,
  deps: SelectDeps & { readonly sources: AudienceSources },
): Promise<Selected> {
  const ids = dispatchIds(occurrence);
  const tiers: Tier[] = [];
  let skipped = 0;
  for (const [tier, dispatchId] of [...ids.entries()].slice(from)) {
    const { audience, channels } = atTier(occurrence, tier);
    const { content, userIds, scope } = await audienceOf(occurrence, deps.sources, audience);
    const notAfter = latestSend(occurrence.content, occurrence.dueAt);
    const answered = await selectRecipients(
      {
        dispatchId,
        run: occurrence.run,
        content: { ...content, ...asked(occurrence, tier, notAfter) },
        userIds,
        channels,
        scope,
        notAfter,
      },
      deps,
    );
    skipped += answered.skipped;
    tiers.push({ dispatchId, batches: answered.batches });
  }
  return {
    batches: batchesOfTiers(tiers),
    skipped,
    dispatchId: ids.at(-1) ?? '',
    tier: ids.length - 1,
    asking: standing(occurrence.asking),
  };
}

interface Tier {
  readonly dispatchId: string;
  readonly batches: Batches;
}

/** What one Map goes through for several tiers: where their batches are too many together, each tier is a part. */
export function batchesOfTiers(tiers: readonly Tier[]): Selected['batches'] {
  const [last, ...before] = tiers.toReversed();
  if (!last || before.length === 0) return last?.batches ?? [];
  const areTooMany = isTooMany(tiers.flatMap(({ batches }) => batches));
  return tiers.flatMap(({ dispatchId, batches }) => {
    const names = batches.filter((batch) => typeof batch === 'string');
    if (areTooMany && names.length > 0) return { dispatchId, batch: names };
    return batches.map((batch) => ({ dispatchId, batch }));
  });
}

/** What the recipients are asked, where they are. */
function asked(
  { id, content, asking }: Delivering,
  tier: number,
  latest: Date | undefined,
): Pick<Content, 'acknowledge'> {
  if (!content.acknowledgement || !asking) return {};
  const until = lastUntil(content.acknowledgement, asking, tier, latest);
  return { acknowledge: { id, ref: occurrenceRef(id), until: until.toISOString() } };
}

function standing(asking: Asking | undefined): Selected['asking'] {
  if (!asking) return { status: 'NONE' };
  const until = asking.tiers[tierOn(asking)]?.until;
  return asking.end || until === undefined ? { status: 'ENDED' } : { status: 'WAITING', until };
}
