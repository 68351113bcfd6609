// Written by `npm run templates` from the files in keys/ and templates/.
import type { DiscordTemplates } from '../template.ts';

export const DISCORD: DiscordTemplates = {
 "reminder": {
  "en": {
   "text": "**{{ title | default: 'Reminder' }}**\n{{ message }}"
  },
  "pl": {
   "text": "**{{ title | default: 'Przypomnienie' }}**\n{{ message }}"
  }
 }
};
