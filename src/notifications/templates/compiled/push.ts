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
 "price_alert": {
  "en": {
   "title": "{{ coin }} is at {{ price }} {{ currency | upcase }}",
   "text": "Your alert: {% case kind %}{% when \"above\" %}at {{ bound }} {{ currency | upcase }} or above {%- when \"below\" %}at {{ bound }} {{ currency | upcase }} or below {%- when \"crosses_up\" %}rises to {{ bound }} {{ currency | upcase }} {%- when \"crosses_down\" %}falls to {{ bound }} {{ currency | upcase }} {%- else %}{{ kind }} by {{ percent }} % within {{ within }} {%- if against == \"window_low\" %}, measured from the lowest price in that time {%- elsif against == \"window_high\" %}, measured from the highest price in that time{% endif %}{% endcase %}."
  },
  "pl": {
   "title": "{{ coin }}: {{ price }} {{ currency | upcase }}",
   "text": "Twój alert: {% case kind %}{% when \"above\" %}co najmniej {{ bound }} {{ currency | upcase }} {%- when \"below\" %}najwyżej {{ bound }} {{ currency | upcase }} {%- when \"crosses_up\" %}wzrost do {{ bound }} {{ currency | upcase }} {%- when \"crosses_down\" %}spadek do {{ bound }} {{ currency | upcase }} {%- else %}{% case kind %}{% when \"rises\" %}wzrost{% when \"falls\" %}spadek{% else %}zmiana{% endcase %} o {{ percent }} % w ciągu {{ within }} {%- if against == \"window_low\" %}, licząc od najniższej ceny w tym czasie {%- elsif against == \"window_high\" %}, licząc od najwyższej ceny w tym czasie{% endif %}{% endcase %}."
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
