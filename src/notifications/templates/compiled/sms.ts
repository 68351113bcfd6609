// Written by `npm run templates` from the files in keys/ and templates/.
import type { SmsTemplates } from '../template.ts';

export const SMS: SmsTemplates = {
 "reminder": {
  "en": {
   "text": "{{ title | default: \"Reminder\" }}{% if message != \"\" and message != title %}: {{ message }}{% endif %}",
   "end": "{% if acknowledge_url %}OK? {{ acknowledge_url }}{% endif %}"
  },
  "pl": {
   "text": "{{ title | default: \"Przypomnienie\" }}{% if message != \"\" and message != title %}: {{ message }}{% endif %}",
   "end": "{% if acknowledge_url %}OK? {{ acknowledge_url }}{% endif %}"
  }
 }
};
