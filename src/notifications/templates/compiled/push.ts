// Written by `npm run templates` from the files in keys/ and templates/.
import type { PushTemplates } from '../template.ts';

export const PUSH: PushTemplates = {
 "event_comment": {
  "en": {
   "title": "{{ event_title }}",
   "text": "{{ author | default: \"Somebody\" }}: {{ comment }}"
  },
  "pl": {
   "title": "{{ event_title }}",
   "text": "{{ author | default: \"Ktoś\" }}: {{ comment }}"
  }
 },
 "event_comments": {
  "en": {
   "title": "{{ event_title }}: {{ count }} new comments",
   "text": "{{ author | default: \"Somebody\" }}{% if others > 0 %} and {{ others }} more{% endif %}: {{ comment }}"
  },
  "pl": {
   "title": "{{ event_title }}, nowe komentarze: {{ count }}",
   "text": "{{ author | default: \"Ktoś\" }}{% if others > 0 %} i jeszcze {{ others }}{% endif %}: {{ comment }}"
  }
 },
 "event_mention": {
  "en": {
   "title": "{{ event_title }}",
   "text": "{{ author | default: \"Somebody\" }} mentioned you: {{ comment }}"
  },
  "pl": {
   "title": "{{ event_title }}",
   "text": "{{ author | default: \"Ktoś\" }} wspomina o Tobie: {{ comment }}"
  }
 },
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
