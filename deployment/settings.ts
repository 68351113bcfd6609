import * as z from 'zod';
import { EmailEnv } from '../src/channels/email.ts';
import { SmsEnv } from '../src/channels/sms.ts';
import { CommentsEnv } from '../src/comments/comments-env.ts';
import { InvitationsEnv } from '../src/invitations/invitations-env.ts';
import { Interval } from '../src/operations/interval.ts';
import { WebhookEnv } from '../src/operations/webhook.ts';
import { PizzaEnv } from '../src/pizza-orders/pizza-env.ts';
import { PricesEnv } from '../src/prices/prices-env.ts';
import { FinishEnv } from '../src/running-game/finish/finish-env.ts';
import { MiningEnv } from '../src/running-game/mining/mining-env.ts';
import { RunsEnv } from '../src/running-game/runs/runs-env.ts';
import { StravaSettings } from '../src/running-game/strava/strava-env.ts';
import { TerritoriesEnv } from '../src/running-game/territories/territories-env.ts';
import { TopUpsSettings } from '../src/running-game/top-ups/top-ups-env.ts';

const ApplicationArn = z
  .string()
  .regex(/^(|arn:aws:sns:[a-z0-9-]+:\d{12}:app\/\w+\/[\w.-]+)$/, 'the ARN of an SNS platform application, or nothing')
  .default('');

/** Regions of other partitions than `aws`, whose ARNs begin otherwise, are not for these templates. */
const REGION = /^(?!cn-|us-gov-|us-iso|eu-isoe-|eusc-)[a-z]{2}(-[a-z]+)+-\d$/;

/** Or nothing. One click works with https only (RFC 8058, section 3.1); the local stack has no certificate. */
const PUBLIC_URL = /^((https:\/\/[^\s/?#]+|http:\/\/127\.0\.0\.1:\d+)(\/[^\s?#]*)?)?$/;

/** An origin as browsers send it, `https://app.example.com`; on this very machine without encryption, too. */
const ORIGIN = /^(https:\/\/[a-z0-9.-]+|http:\/\/(localhost|127\.0\.0\.1))(:\d{1,5})?$/;

const Origins = z
  .string()
  .default('')
  .transform((text) => text.split(',').flatMap((origin) => origin.trim() || []))
  .refine((origins) => origins.join() === '*' || origins.every((origin) => ORIGIN.test(origin)), {
    error: 'origins such as https://app.example.com, separated by commas, or *',
  })
  .transform((origins) => origins.join());

const Own = z
  .object({
    AWS_REGION: z.string().regex(REGION, 'a region of the AWS partition, such as eu-central-1'),
    EMAIL_IDENTITY: z.string().default(''),
    SIGN_UP_CONFIRMATION: z.enum(['email', 'none']).default('email'),
    TOKEN_SECRET: z.string().min(32, 'at least 32 characters, such as the output of: openssl rand -hex 32'),
    PUSH_APNS_APPLICATION_ARN: ApplicationArn,
    PUSH_FCM_APPLICATION_ARN: ApplicationArn,
    PUBLIC_URL: z
      .string()
      .regex(PUBLIC_URL, 'an https address without a query, or nothing')
      .default('')
      .transform((url) => url.replace(/\/+$/, '')),
    CORS_ORIGINS: Origins,
    OPERATIONS_INTERVAL: Interval,
    PRICE_WATCH_INTERVAL: Interval.unwrap().default('rate(1 minute)'),
    ALARM_EMAIL: z.union([z.literal(''), z.email('an email address, or nothing')]).default(''),
  })
  .superRefine((own, { addIssue }) => {
    for (const name of ['PUSH_APNS_APPLICATION_ARN', 'PUSH_FCM_APPLICATION_ARN'] as const) {
      const region = own[name].split(':')[3] ?? own.AWS_REGION;
      if (region !== own.AWS_REGION) addIssue({ code: 'custom', path: [name], message: 'is in another region' });
    }
  });

/** The settings that the stacks are deployed with, as `.env` holds them; `.env_example` explains each. */
export type Settings = Record<string, string>;

/** Checks all of `values` and fills in the defaults, or tells what is wrong: a line per setting, without its value. */
export const checkSettings = (
  values: Record<string, string | undefined>,
): { settings: Settings } | { wrong: string[] } => {
  const given = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value?.trim() || undefined]));
  const schemas = [
    Own,
    EmailEnv,
    SmsEnv,
    WebhookEnv,
    CommentsEnv,
    InvitationsEnv,
    PizzaEnv,
    PricesEnv,
    FinishEnv,
    RunsEnv,
    TerritoriesEnv,
    MiningEnv,
    StravaSettings,
    TopUpsSettings,
  ];
  const parts = schemas.map((schema) => schema.safeParse(given));
  const wrong = parts
    .flatMap(({ error }) => error?.issues ?? [])
    .map(
      (issue) =>
        `${issue.path.join('.')}: ${given[String(issue.path[0])] === undefined ? 'is missing' : issue.message}`,
    );
  if (wrong.length > 0) return { wrong };
  const known = Object.assign({}, empty, ...parts.map(({ data }) => data));
  known.EMAIL_IDENTITY ||= known.EMAIL_FROM;
  return { settings: Object.fromEntries(Object.entries(known).map(([name, value]) => [name, String(value)])) };
};

/** The templates name all settings, so those that belong to the other email provider are there, and empty. */
const empty: Settings = {
  EMAIL_FROM: '',
  EMAIL_FROM_NAME: '',
  SMTP_HOST: '',
  SMTP_PORT: '',
  SMTP_LOGIN: '',
  SMTP_PASSWORD: '',
  SMTP_EMAIL: '',
  SMTP_NAME: '',
};
