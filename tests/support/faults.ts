import { address } from './where.ts';

/** What the front door does to calls of a provider; see local/front_door.py. */
interface Fault {
  readonly service: string;
  readonly action: string;
  readonly times: number;
  readonly status?: number;
  readonly code?: string;
  /** The call is carried out and its answer lost. */
  readonly lost?: boolean;
}

/** From now on these faults, in place of those before. */
export async function setFaults(faults: readonly Fault[]): Promise<void> {
  const answer = await fetch(`${address}/_carillon/faults`, { method: 'PUT', body: JSON.stringify(faults) });
  if (!answer.ok) throw new Error(`faults: ${answer.status}`);
}
