// Written by `npm run templates` from the files in keys/ and templates/.
import type { PushTemplates } from '../template.ts';

export const PUSH: PushTemplates = {
 "reminder": {
  "en": {
   "title": "{{ title | default: \"Reminder\" }}",
   "text": "{{ message }}"
  },
  "pl": {
   "title": "{{ title | default: \"Przypomnienie\" }}",
   "text": "{{ message }}"
  }
 }
};
