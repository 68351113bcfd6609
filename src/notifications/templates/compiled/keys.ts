// Written by `npm run templates` from the files in keys/ and templates/.
import type { NotificationKey } from '../key.ts';

export const KEYS: readonly NotificationKey[] = [
 {
  "name": "announcement",
  "category": "announcements",
  "critical": false,
  "channels": [
   "inbox",
   "email"
  ],
  "anyText": true,
  "anyData": false,
  "internal": false,
  "pushData": [],
  "variables": [
   {
    "name": "title",
    "type": "text",
    "required": true,
    "sample": "We move to a new office"
   },
   {
    "name": "message",
    "type": "text",
    "required": true,
    "sample": "From Monday on you find us in Prosta Street.\n\nCome and see us."
   },
   {
    "name": "link",
    "type": "link",
    "required": false,
    "sample": "https://example.com/news"
   }
  ]
 },
 {
  "name": "event_comment",
  "category": "comments",
  "critical": false,
  "channels": [
   "push",
   "inbox"
  ],
  "anyText": false,
  "anyData": false,
  "internal": true,
  "pushData": [
   "event_id",
   "events_comments_id",
   "comment"
  ],
  "variables": [
   {
    "name": "event_id",
    "type": "text",
    "required": true,
    "sample": "6f1c1c52-7a0f-4a57-8a43-3c8f6a4d5b10"
   },
   {
    "name": "events_comments_id",
    "type": "text",
    "required": true,
    "sample": "0000000100000001a1b2c3d4"
   },
   {
    "name": "comment",
    "type": "text",
    "required": true,
    "sample": "I bring the cake."
   },
   {
    "name": "event_title",
    "type": "text",
    "required": false,
    "sample": "Dinner"
   },
   {
    "name": "author_id",
    "type": "text",
    "required": false,
    "sample": "0b6f2a52-3a55-4d5b-9d0a-5f2d7a9f0c11"
   },
   {
    "name": "author",
    "type": "text",
    "required": false,
    "sample": "Ada Lovelace"
   }
  ]
 },
 {
  "name": "event_comments",
  "category": "comments",
  "critical": false,
  "channels": [
   "push",
   "inbox"
  ],
  "anyText": false,
  "anyData": false,
  "internal": true,
  "pushData": [
   "event_id",
   "events_comments_id",
   "comment",
   "count"
  ],
  "variables": [
   {
    "name": "event_id",
    "type": "text",
    "required": true,
    "sample": "6f1c1c52-7a0f-4a57-8a43-3c8f6a4d5b10"
   },
   {
    "name": "events_comments_id",
    "type": "text",
    "required": true,
    "sample": "0000000100000007a1b2c3d4"
   },
   {
    "name": "comment",
    "type": "text",
    "required": true,
    "sample": "I bring the cake."
   },
   {
    "name": "count",
    "type": "text",
    "required": true,
    "sample": 7
   },
   {
    "name": "others",
    "type": "text",
    "required": true,
    "sample": 2
   },
   {
    "name": "event_title",
    "type": "text",
    "required": false,
    "sample": "Dinner"
   },
   {
    "name": "author_id",
    "type": "text",
    "required": false,
    "sample": "0b6f2a52-3a55-4d5b-9d0a-5f2d7a9f0c11"
   },
   {
    "name": "author",
    "type": "text",
    "required": false,
    "sample": "Ada Lovelace"
   }
  ]
 },
 {
  "name": "event_mention",
  "category": "comments",
  "critical": false,
  "channels": [
   "push",
   "inbox"
  ],
  "anyText": false,
  "anyData": false,
  "internal": true,
  "pushData": [
   "event_id",
   "events_comments_id",
   "comment"
  ],
  "variables": [
   {
    "name": "event_id",
    "type": "text",
    "required": true,
    "sample": "6f1c1c52-7a0f-4a57-8a43-3c8f6a4d5b10"
   },
   {
    "name": "events_comments_id",
    "type": "text",
    "required": true,
    "sample": "0000000100000001a1b2c3d4"
   },
   {
    "name": "comment",
    "type": "text",
    "required": true,
    "sample": "@ben, do you come?"
   },
   {
    "name": "event_title",
    "type": "text",
    "required": false,
    "sample": "Dinner"
   },
   {
    "name": "author_id",
    "type": "text",
    "required": false,
    "sample": "0b6f2a52-3a55-4d5b-9d0a-5f2d7a9f0c11"
   },
   {
    "name": "author",
    "type": "text",
    "required": false,
    "sample": "Ada Lovelace"
   }
  ]
 },
 {
  "name": "game_refund",
  "category": "game",
  "critical": false,
  "channels": [
   "push",
   "inbox",
   "email"
  ],
  "anyText": false,
  "anyData": false,
  "internal": true,
  "pushData": [
   "event_id",
   "ticket_id",
   "coins"
  ],
  "variables": [
   {
    "name": "event_id",
    "type": "text",
    "required": true,
    "sample": "0b6f2a52-3a55-4d5b-9d0a-5f2d7a9f0c11"
   },
   {
    "name": "event_name",
    "type": "text",
    "required": true,
    "sample": "Night run"
   },
   {
    "name": "ticket_id",
    "type": "text",
    "required": true,
    "sample": "5f2d7a9f-0c11-4d5b-9d0a-0b6f2a523a55"
   },
   {
    "name": "coins",
    "type": "text",
    "required": false,
    "sample": "10"
   }
  ]
 },
 {
  "name": "game_result",
  "category": "game",
  "critical": false,
  "channels": [
   "push",
   "inbox",
   "email"
  ],
  "anyText": false,
  "anyData": false,
  "internal": true,
  "pushData": [
   "event_id",
   "place",
   "prize"
  ],
  "variables": [
   {
    "name": "event_id",
    "type": "text",
    "required": true,
    "sample": "0b6f2a52-3a55-4d5b-9d0a-5f2d7a9f0c11"
   },
   {
    "name": "event_name",
    "type": "text",
    "required": true,
    "sample": "Night run"
   },
   {
    "name": "run_id",
    "type": "text",
    "required": true,
    "sample": "5f2d7a9f-0c11-4d5b-9d0a-0b6f2a523a55"
   },
   {
    "name": "place",
    "type": "text",
    "required": true,
    "sample": "3"
   },
   {
    "name": "participants",
    "type": "text",
    "required": true,
    "sample": "120"
   },
   {
    "name": "distance_km",
    "type": "text",
    "required": true,
    "sample": "12.34"
   },
   {
    "name": "prize",
    "type": "text",
    "required": false,
    "sample": "150"
   }
  ]
 },
 {
  "name": "game_top_up",
  "category": "game",
  "critical": false,
  "channels": [
   "push",
   "inbox",
   "email"
  ],
  "anyText": false,
  "anyData": false,
  "internal": true,
  "pushData": [
   "top_up_id",
   "status",
   "coins",
   "reason"
  ],
  "variables": [
   {
    "name": "top_up_id",
    "type": "text",
    "required": true,
    "sample": "0b6f2a52-3a55-4d5b-9d0a-5f2d7a9f0c11"
   },
   {
    "name": "status",
    "type": "text",
    "required": true,
    "sample": "CREDITED"
   },
   {
    "name": "coins",
    "type": "text",
    "required": true,
    "sample": "100"
   },
   {
    "name": "reason",
    "type": "text",
    "required": false,
    "sample": "WRONG_AMOUNT"
   }
  ]
 },
 {
  "name": "group_invitation",
  "category": "invitations",
  "critical": false,
  "channels": [
   "inbox",
   [
    "push",
    "email"
   ]
  ],
  "anyText": false,
  "anyData": false,
  "internal": true,
  "pushData": [
   "group_invitation_logs_id",
   "group_id"
  ],
  "variables": [
   {
    "name": "group_invitation_logs_id",
    "type": "text",
    "required": true,
    "sample": "0b6f2a52-3a55-4d5b-9d0a-5f2d7a9f0c11"
   },
   {
    "name": "group_id",
    "type": "text",
    "required": true,
    "sample": "7d9e1f0a-5c1b-4a53-8a65-1f2e3d4c5b6a"
   },
   {
    "name": "group",
    "type": "text",
    "required": true,
    "sample": "Choir"
   },
   {
    "name": "inviter",
    "type": "text",
    "required": false,
    "sample": "Ben Nowak"
   },
   {
    "name": "expires_at",
    "type": "instant",
    "required": true,
    "sample": "2026-12-15T08:30:00Z"
   },
   {
    "name": "link",
    "type": "link",
    "required": true,
    "sample": "https://example.com/api/v1/invitation-links/abc"
   }
  ]
 },
 {
  "name": "group_invitation_reminder",
  "category": "invitations",
  "critical": false,
  "channels": [
   "inbox",
   [
    "push",
    "email"
   ]
  ],
  "anyText": false,
  "anyData": false,
  "internal": true,
  "pushData": [
   "group_invitation_logs_id",
   "group_id"
  ],
  "variables": [
   {
    "name": "group_invitation_logs_id",
    "type": "text",
    "required": true,
    "sample": "0b6f2a52-3a55-4d5b-9d0a-5f2d7a9f0c11"
   },
   {
    "name": "group_id",
    "type": "text",
    "required": true,
    "sample": "7d9e1f0a-5c1b-4a53-8a65-1f2e3d4c5b6a"
   },
   {
    "name": "group",
    "type": "text",
    "required": true,
    "sample": "Choir"
   },
   {
    "name": "inviter",
    "type": "text",
    "required": false,
    "sample": "Ben Nowak"
   },
   {
    "name": "expires_at",
    "type": "instant",
    "required": true,
    "sample": "2026-12-15T08:30:00Z"
   },
   {
    "name": "link",
    "type": "link",
    "required": true,
    "sample": "https://example.com/api/v1/invitation-links/abc"
   }
  ]
 },
 {
  "name": "new_login",
  "category": "security",
  "critical": true,
  "channels": [
   "inbox",
   "email"
  ],
  "anyText": false,
  "anyData": true,
  "internal": false,
  "pushData": [],
  "variables": [
   {
    "name": "at",
    "type": "instant",
    "required": false,
    "sample": "2026-12-01T08:30:00Z"
   },
   {
    "name": "device",
    "type": "text",
    "required": false,
    "sample": "Firefox on Windows"
   },
   {
    "name": "ip",
    "type": "text",
    "required": false,
    "sample": "203.0.113.7"
   },
   {
    "name": "place",
    "type": "text",
    "required": false,
    "sample": "Warsaw"
   }
  ]
 },
 {
  "name": "new_message",
  "category": "messages",
  "critical": false,
  "channels": [
   "inbox"
  ],
  "anyText": false,
  "anyData": true,
  "internal": false,
  "pushData": [],
  "variables": []
 },
 {
  "name": "new_post",
  "category": "posts",
  "critical": false,
  "channels": [
   "inbox"
  ],
  "anyText": false,
  "anyData": true,
  "internal": false,
  "pushData": [],
  "variables": []
 },
 {
  "name": "pizza_order",
  "category": "orders",
  "critical": false,
  "channels": [
   "push",
   "inbox",
   "email"
  ],
  "anyText": false,
  "anyData": false,
  "internal": true,
  "pushData": [
   "order_id",
   "status"
  ],
  "variables": [
   {
    "name": "order_id",
    "type": "text",
    "required": true,
    "sample": "0b6f2a52-3a55-4d5b-9d0a-5f2d7a9f0c11"
   },
   {
    "name": "status",
    "type": "text",
    "required": true,
    "sample": "WAITING_FOR_RECEIPT"
   },
   {
    "name": "again",
    "type": "text",
    "required": false,
    "sample": "2"
   },
   {
    "name": "receive_until",
    "type": "instant",
    "required": false,
    "sample": "2026-12-01T08:35:00Z"
   }
  ]
 },
 {
  "name": "price_alert",
  "category": "prices",
  "critical": false,
  "channels": [
   "email",
   "sms",
   "push",
   "inbox",
   "discord"
  ],
  "anyText": false,
  "anyData": false,
  "internal": true,
  "pushData": [
   "alert_id",
   "coin",
   "currency",
   "price"
  ],
  "variables": [
   {
    "name": "alert_id",
    "type": "text",
    "required": true,
    "sample": "0b6f2a52-3a55-4d5b-9d0a-5f2d7a9f0c11"
   },
   {
    "name": "coin",
    "type": "text",
    "required": true,
    "sample": "bitcoin"
   },
   {
    "name": "currency",
    "type": "text",
    "required": true,
    "sample": "usd"
   },
   {
    "name": "price",
    "type": "text",
    "required": true,
    "sample": "65012.37"
   },
   {
    "name": "previous_price",
    "type": "text",
    "required": false,
    "sample": "64890.1"
   },
   {
    "name": "observed_at",
    "type": "instant",
    "required": true,
    "sample": "2026-12-01T08:30:00Z"
   },
   {
    "name": "kind",
    "type": "text",
    "required": true,
    "sample": "crosses_up"
   },
   {
    "name": "bound",
    "type": "text",
    "required": false,
    "sample": "65000"
   },
   {
    "name": "percent",
    "type": "text",
    "required": false,
    "sample": "5"
   },
   {
    "name": "within",
    "type": "text",
    "required": false,
    "sample": "15 min"
   },
   {
    "name": "against",
    "type": "text",
    "required": false,
    "sample": "window_open"
   },
   {
    "name": "note",
    "type": "text",
    "required": false,
    "sample": "Sell a little."
   },
   {
    "name": "link",
    "type": "link",
    "required": true,
    "sample": "https://example.com/api/v1/alert-links/abc"
   }
  ]
 },
 {
  "name": "registration",
  "category": "account",
  "critical": false,
  "channels": [
   "email"
  ],
  "anyText": true,
  "anyData": true,
  "internal": false,
  "pushData": [],
  "variables": [
   {
    "name": "app",
    "type": "text",
    "required": false,
    "sample": "Carillon"
   },
   {
    "name": "link",
    "type": "link",
    "required": false,
    "sample": "https://example.com/start"
   }
  ]
 },
 {
  "name": "reminder",
  "category": "reminders",
  "critical": false,
  "channels": [
   "email",
   "sms",
   "push",
   "inbox",
   "discord"
  ],
  "anyText": false,
  "anyData": false,
  "internal": true,
  "pushData": [
   "occurrence_id"
  ],
  "variables": [
   {
    "name": "title",
    "type": "text",
    "required": true,
    "sample": "Dentist"
   },
   {
    "name": "message",
    "type": "text",
    "required": true,
    "sample": "At nine.\n\nDon't forget the papers."
   },
   {
    "name": "occurrence_id",
    "type": "text",
    "required": false,
    "sample": "6f0d7c1e-5f0b-4c55-9d5e-1d1f7a1c2b3d_20261201T080000Z"
   },
   {
    "name": "acknowledge_url",
    "type": "link",
    "required": false,
    "sample": "https://example.com/api/v1/acknowledge/x"
   }
  ]
 },
 {
  "name": "territory_lost",
  "category": "game",
  "critical": false,
  "channels": [
   "push",
   "inbox"
  ],
  "anyText": false,
  "anyData": false,
  "internal": true,
  "pushData": [
   "run_id",
   "cells"
  ],
  "variables": [
   {
    "name": "run_id",
    "type": "text",
    "required": true,
    "sample": "0b6f2a52-3a55-4d5b-9d0a-5f2d7a9f0c11"
   },
   {
    "name": "cells",
    "type": "text",
    "required": true,
    "sample": "12"
   }
  ]
 }
];
