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
 "game_refund": {
  "en": {
   "title": "{{ event_name }} is cancelled",
   "text": "{% if coins %}You have the {{ coins }} coins of your ticket back.{% else %}Your ticket was free.{% endif %}"
  },
  "pl": {
   "title": "Odwołane: {{ event_name }}",
   "text": "{% if coins %}Monety za Twój bilet wróciły do Ciebie: {{ coins }}.{% else %}Twój bilet był bezpłatny.{% endif %}"
  }
 },
 "game_result": {
  "en": {
   "title": "{{ event_name }}: you are number {{ place }} of {{ participants }}",
   "text": "You have run {{ distance_km }} km.{% if prize %} You have won {{ prize }} coins.{% endif %}"
  },
  "pl": {
   "title": "{{ event_name }}: Twoje miejsce to {{ place }} z {{ participants }}",
   "text": "Twój dystans to {{ distance_km | replace: '.', ',' }} km.{% if prize %} Twoja nagroda w monetach: {{ prize }}.{% endif %}"
  }
 },
 "game_top_up": {
  "en": {
   "title": "{% case status %}{% when \"CREDITED\" %}Your {{ coins }} coins are here {%- when \"REJECTED\" %}This payment is not the one for your coins {%- else %}Your payment was not found{% endcase %}",
   "text": "{% case status %}{% when \"CREDITED\" %}Your payment is confirmed, and the coins are in your wallet. {%- when \"REJECTED\" %}{% case reason %}{% when \"WRONG_TOKEN\" %}It was not made in what was asked for. {%- when \"WRONG_RECIPIENT\" %}It went to another address. {%- when \"WRONG_AMOUNT\" %}It was not the exact amount. {%- when \"WRONG_REFERENCE\" %}It has another reference, or none. {%- when \"REVERTED\" %}The chain has not carried it out. {%- when \"TOO_LATE\" %}It came after the offer had expired. {%- else %}It has bought coins before.{% endcase %} You may name another transaction, or ask us. {%- else %}Nothing of it is known on the chain so far. You may name the transaction once more, or ask us.{% endcase %}"
  },
  "pl": {
   "title": "{% case status %}{% when \"CREDITED\" %}Monety są w portfelu: {{ coins }} {%- when \"REJECTED\" %}To nie jest zapłata za Twoje monety {%- else %}Nie znaleźliśmy Twojej zapłaty{% endcase %}",
   "text": "{% case status %}{% when \"CREDITED\" %}Twoja zapłata jest potwierdzona, a monety są w Twoim portfelu. {%- when \"REJECTED\" %}{% case reason %}{% when \"WRONG_TOKEN\" %}Nie zapłacono tym, o co prosiliśmy. {%- when \"WRONG_RECIPIENT\" %}Poszła na inny adres. {%- when \"WRONG_AMOUNT\" %}To nie była dokładna kwota. {%- when \"WRONG_REFERENCE\" %}Ma inny tytuł albo żadnego. {%- when \"REVERTED\" %}Łańcuch jej nie wykonał. {%- when \"TOO_LATE\" %}Przyszła po upływie terminu oferty. {%- else %}Kupiono już za nią monety.{% endcase %} Możesz wskazać inną transakcję albo napisać do nas. {%- else %}Na razie nic o niej nie wiadomo w łańcuchu. Możesz wskazać transakcję jeszcze raz albo napisać do nas.{% endcase %}"
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
 "pizza_order": {
  "en": {
   "title": "{% case status %}{% when \"PREPARING\" %}{% if again %}We make your pizza anew{% else %}We have your order{% endif %} {%- when \"BAKING\" %}Your pizza is in the oven {%- when \"WAITING_FOR_RECEIPT\" %}Your pizza is ready {%- when \"RECEIVED\" %}Enjoy your pizza {%- when \"NOT_RECEIVED\" %}Your pizza was not received {%- when \"CANCELLED\" %}Your order is cancelled {%- else %}We are sorry: there is no pizza{% endcase %}",
   "text": "{% case status %}{% when \"PREPARING\" %}{% if again %}The last one was not good enough for you.{% else %}Dough and filling are being prepared.{% endif %} {%- when \"BAKING\" %}It will not be long. {%- when \"WAITING_FOR_RECEIPT\" %}It waits for you{% if receive_until %} until {{ receive_until | time_only }} ({{ recipient.time_zone }}){% endif %}. {%- when \"RECEIVED\" %}Thank you for your order. {%- when \"NOT_RECEIVED\" %}It has waited as long as it could. {%- when \"CANCELLED\" %}Nothing is baked. {%- else %}Something went wrong in our kitchen, and we could not finish your order. We apologise.{% endcase %}"
  },
  "pl": {
   "title": "{% case status %}{% when \"PREPARING\" %}{% if again %}Robimy Twoją pizzę od nowa{% else %}Mamy Twoje zamówienie{% endif %} {%- when \"BAKING\" %}Twoja pizza jest w piecu {%- when \"WAITING_FOR_RECEIPT\" %}Twoja pizza jest gotowa {%- when \"RECEIVED\" %}Smacznego {%- when \"NOT_RECEIVED\" %}Pizza nie została odebrana {%- when \"CANCELLED\" %}Zamówienie jest anulowane {%- else %}Przepraszamy: pizzy nie będzie{% endcase %}",
   "text": "{% case status %}{% when \"PREPARING\" %}{% if again %}Poprzednia nie była dla Ciebie dość dobra.{% else %}Przygotowujemy ciasto i dodatki.{% endif %} {%- when \"BAKING\" %}To już nie potrwa długo. {%- when \"WAITING_FOR_RECEIPT\" %}Czeka na Ciebie{% if receive_until %} do godziny {{ receive_until | time_only }} ({{ recipient.time_zone }}){% endif %}. {%- when \"RECEIVED\" %}Dziękujemy za zamówienie. {%- when \"NOT_RECEIVED\" %}Czekała tak długo, jak mogła. {%- when \"CANCELLED\" %}Niczego nie pieczemy. {%- else %}Coś się nie udało w naszej kuchni i nie dokończymy Twojego zamówienia. Przepraszamy.{% endcase %}"
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
 },
 "territory_lost": {
  "en": {
   "title": "You have lost territory",
   "text": "{% if cells == '1' %}A run has taken a cell of yours.{% else %}A run has taken {{ cells }} cells of yours.{% endif %}"
  },
  "pl": {
   "title": "Tracisz terytorium",
   "text": "Liczba Twoich pól przejętych w jednym biegu: {{ cells }}."
  }
 }
};
