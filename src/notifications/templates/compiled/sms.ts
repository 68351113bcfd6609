// Written by `npm run templates` from the files in keys/ and templates/.
import type { SmsTemplates } from '../template.ts';

export const SMS: SmsTemplates = {
 "price_alert": {
  "en": {
   "text": "{{ coin }} is at {{ price }} {{ currency | upcase }}. Your alert: {% case kind %}{% when \"above\" %}at {{ bound }} {{ currency | upcase }} or above {%- when \"below\" %}at {{ bound }} {{ currency | upcase }} or below {%- when \"crosses_up\" %}rises to {{ bound }} {{ currency | upcase }} {%- when \"crosses_down\" %}falls to {{ bound }} {{ currency | upcase }} {%- else %}{{ kind }} by {{ percent }} % within {{ within }} {%- if against == \"window_low\" %}, measured from the lowest price in that time {%- elsif against == \"window_high\" %}, measured from the highest price in that time{% endif %}{% endcase %}."
  },
  "pl": {
   "text": "{{ coin }}: {{ price }} {{ currency | upcase }}. Twój alert: {% case kind %}{% when \"above\" %}co najmniej {{ bound }} {{ currency | upcase }} {%- when \"below\" %}najwyżej {{ bound }} {{ currency | upcase }} {%- when \"crosses_up\" %}wzrost do {{ bound }} {{ currency | upcase }} {%- when \"crosses_down\" %}spadek do {{ bound }} {{ currency | upcase }} {%- else %}{% case kind %}{% when \"rises\" %}wzrost{% when \"falls\" %}spadek{% else %}zmiana{% endcase %} o {{ percent }} % w ciągu {{ within }} {%- if against == \"window_low\" %}, licząc od najniższej ceny w tym czasie {%- elsif against == \"window_high\" %}, licząc od najwyższej ceny w tym czasie{% endif %}{% endcase %}."
  }
 },
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
