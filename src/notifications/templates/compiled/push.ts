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
 "group_invitation": {
  "en": {
   "title": "You are invited to {{ group }}",
   "text": "{{ inviter | default: \"A member\" }} invites you. You can answer until {{ expires_at | date_time }}."
  },
  "pl": {
   "title": "Zaproszenie do grupy {{ group }}",
   "text": "{{ inviter | default: \"Członek grupy\" }} zaprasza Cię. Na odpowiedź czekamy do: {{ expires_at | date_time }}."
  }
 },
 "group_invitation_reminder": {
  "en": {
   "title": "Your invitation to {{ group }} is waiting",
   "text": "{{ inviter | default: \"A member\" }} has invited you. You can answer until {{ expires_at | date_time }}."
  },
  "pl": {
   "title": "Zaproszenie do grupy {{ group }} czeka",
   "text": "{{ inviter | default: \"Członek grupy\" }} zaprasza Cię. Na odpowiedź czekamy do: {{ expires_at | date_time }}."
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
