import type { OutgoingMessage } from './channel.ts';

/** The headers of every mail beyond what it needs to arrive. */
export function mailHeaders({ unsubscribe }: OutgoingMessage): Record<string, string> {
  return {
    // RFC 3834: keeps vacation responders quiet.
    'Auto-Submitted': 'auto-generated',
    ...(unsubscribe === undefined
      ? {}
      : { 'List-Unsubscribe': `<${unsubscribe.url}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }),
  };
}
