import { SmsEnv } from '../channels/sms.ts';
import { readEnv } from '../shared/env.ts';
import { api } from '../shared/http/api.ts';
import previewTemplate from './routes/preview-template.ts';

const { SMS_MAX_PARTS: smsMaxParts } = readEnv(SmsEnv.pick({ SMS_MAX_PARTS: true }));

export const handler = api([previewTemplate], { smsMaxParts });
