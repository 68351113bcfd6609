// Written by `npm run templates` from the files in keys/ and templates/.
import type { InboxTemplates } from '../template.ts';

export const INBOX: InboxTemplates = {
 "reminder": {
  "en": {
   "title": "{{ title | default: \"Reminder\" }}",
   "message": "{{ message }}"
  },
  "pl": {
   "title": "{{ title | default: \"Przypomnienie\" }}",
   "message": "{{ message }}"
  }
 }
};
