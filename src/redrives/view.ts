import * as z from 'zod';
import { ChannelName } from '../channels/channel.ts';
import { FailureReason } from '../channels/outcome.ts';
import { Counts, REDRIVE_STATUSES, type Redrive } from './redrive.ts';

const instant = z.iso.datetime();

export const RedriveView = z.object({
  id: z.string(),
  status: z.enum(REDRIVE_STATUSES),
  reason: FailureReason,
  channel: ChannelName.optional(),
  from: instant,
  to: instant.describe('What fails at this instant or later is not in it'),
  requested_by: z.string(),
  created_at: instant,
  ended_at: instant.optional(),
  counts: Counts.describe('Of what it has dealt with so far'),
  resumes_at: instant.optional().describe('When the first of those that wait are sent'),
});
export type RedriveView = z.output<typeof RedriveView>;

export function viewRedrive(redrive: Redrive): z.input<typeof RedriveView> {
  const [resumes_at] = redrive.waiting.map(({ until }) => until).sort();
  return { ...redrive, ...(resumes_at === undefined ? {} : { resumes_at }) };
}
