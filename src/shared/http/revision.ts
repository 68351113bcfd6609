import { PreconditionFailed } from '../errors.ts';

interface Revised {
  readonly revision: number;
}

/** Throws PreconditionFailed when it is not at the revision that the caller has seen; `undefined` asks for none. */
export function expectRevision(current: Revised, seen: number | undefined): void {
  if (seen !== undefined && seen !== current.revision) throw new PreconditionFailed();
}

/** The revision as `If-Match` takes it back. */
export const etag = ({ revision }: Revised) => ({ etag: `"${revision}"` });
