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
  "pushData": [],
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
   }
  ]
 }
];
