import type { Page } from '../shared/http/cursor.ts';
import { entityTag, isSeen } from '../shared/http/entity-tag.ts';
import type { Alert, AlertStatus } from './alert.ts';
import type { PriceAlertsApi } from './price-alerts-api.ts';

/** Another one with every change of how an alert looks in an answer: what clients keep is not that any more. A test tells when. */
export const FORM = 1;

interface Request {
  readonly userId: string;
  readonly status: AlertStatus | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
  /** `If-None-Match` as it was sent. */
  readonly seen: string | undefined;
}

interface Listed {
  readonly tag: string;
  /** Undefined where it is what the caller has seen. */
  readonly page: { readonly items: readonly Alert[]; readonly next: string | null } | undefined;
}

/**
 * A page of a person's alerts, the newest first. The version of their alerts decides what it says: it is read every time, and the alerts only
 * where neither the caller nor this process has the page of that version. What is read after the version may be newer than it and never older, so no
 * answer is stale. Throws InvalidRequest for a cursor that is none of this list's.
 */
export async function listAlerts(
  { userId, status, limit, cursor, seen }: Request,
  { alerts, pages, cursors }: Pick<PriceAlertsApi, 'alerts' | 'pages' | 'cursors'>,
): Promise<Listed> {
  const scope = `${status ?? 'all'} alerts of ${userId}`;
  const after = cursors.open(scope, cursor);
  const version = await alerts.versionOf(userId);
  const tag = entityTag(FORM, scope, limit, cursor, version);
  if (isSeen(seen, tag)) return { tag, page: undefined };

  const name = JSON.stringify([scope, limit, cursor]);
  const kept = pages.get(name, version);
  const page: Page<Alert> = kept ?? (await alerts.list(userId, status, { limit, after }));
  if (!kept) pages.put(name, version, page);
  return { tag, page: { items: page.items, next: cursors.seal(scope, page.next) ?? null } };
}
