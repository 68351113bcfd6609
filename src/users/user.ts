import * as z from 'zod';
import { ChannelList } from '../channels/channel.ts';
import { IdempotencyKeyReused, NotFound, problem } from '../shared/errors.ts';
import { Preferences } from './preferences.ts';

export class EmailTaken extends problem('email-taken', 409, 'Another user has verified this email') {}
export class EmailMissing extends problem('email-missing', 400, 'An account needs an email') {}
export class ExternalIdTaken extends problem('external-id-taken', 409, 'Another user has this external id') {}
export class AccountLeaving extends problem('account-leaving', 409, 'This account is being removed') {}

const instant = z.iso.datetime();

/** A user's id in another system whose clients name users by it: 24 hexadecimal characters, kept in lower case. */
export const ExternalId = z
  .string()
  .regex(/^[0-9a-fA-F]{24}$/, 'must be 24 hexadecimal characters')
  .toLowerCase();

/** An address on a channel. Nothing is sent to one without `verified_at`. */
const ContactPoint = z.object({ address: z.string(), verified_at: instant.optional() });
type ContactPoint = z.infer<typeof ContactPoint>;

export const Platform = z.enum(['apns', 'fcm']);
export type Platform = z.infer<typeof Platform>;

/** An app on a phone, as SNS knows it. A disabled one stays listed, so that its owner sees why nothing arrives. */
export const Device = z.object({
  id: z.string(),
  platform: Platform,
  endpoint_arn: z.string(),
  added_at: instant,
  disabled_at: instant.optional(),
});
export type Device = z.infer<typeof Device>;

/** Somebody who asked for an account and has not confirmed it; the pool has not told us an id (`sub`) yet. */
export const SignUp = z.object({
  status: z.literal('UNCONFIRMED'),
  user_name: z.string(),
  email: z.string(),
  created_at: instant,
});
export type SignUp = z.infer<typeof SignUp>;

/** A user with an account. Everything that a delivery needs to know about a person is in this one item. */
export const Person = z.object({
  status: z.literal('CONFIRMED'),
  /** The `sub` of the pool. */
  id: z.string(),
  external_id: ExternalId.optional(),
  user_name: z.string(),
  email: z.string(),
  first_name: z.string().optional(),
  last_name: z.string().optional(),
  /** E.164. */
  phone: z.string().optional(),
  /** IANA name. */
  time_zone: z.string(),
  /** BCP 47 tag. */
  locale: z.string(),
  contact_points: z.object({
    email: ContactPoint,
    sms: ContactPoint.optional(),
    /** The address is a webhook's URL, whose last part is a secret. */
    discord: ContactPoint.optional(),
  }),
  devices: z.array(Device),
  /** Absent: every channel on which the person can be reached. */
  preferred_channels: ChannelList.optional(),
  preferences: Preferences.optional(),
  last_sign_in_at: instant.optional(),
  created_at: instant,
  updated_at: instant,
  revision: z.number().int(),
});
export type Person = z.infer<typeof Person>;

/** Somebody whose account is being removed: what the removal needs to finish, and no address to send to. */
export const LeavingUser = z.object({
  status: z.literal('LEAVING'),
  id: z.string(),
  external_id: ExternalId.optional(),
  user_name: z.string(),
  email: z.string(),
  /** The phone that they have verified, if any; E.164. */
  phone: z.string().optional(),
  leaving_since: instant,
});
export type LeavingUser = z.infer<typeof LeavingUser>;

export const User = z.discriminatedUnion('status', [SignUp, Person, LeavingUser]);

/** Two spellings of one mailbox are one email. */
export const emailKey = (email: string) => email.trim().toLowerCase();

/** What somebody who signs up with this user name and email is until they confirm. */
export function signUp(userName: string, email: string, now: Date): SignUp {
  return { status: 'UNCONFIRMED', user_name: userName, email, created_at: now.toISOString() };
}

export interface Identity {
  /** The pool's `sub`. */
  readonly id: string;
  readonly userName: string;
  readonly email: string;
  /** False for an account that an administrator confirmed without a code: nobody has shown that the mailbox is theirs. */
  readonly emailVerified: boolean;
}

export const DEFAULT_LOCALE = 'en';

/** The person that the pool has just confirmed; time zone UTC and locale `en` until they say otherwise. */
export function confirmUser(identity: Identity, signedUp: SignUp | undefined, now: Date): Person {
  const at = now.toISOString();
  return {
    status: 'CONFIRMED',
    id: identity.id,
    user_name: identity.userName,
    email: identity.email,
    time_zone: 'UTC',
    locale: DEFAULT_LOCALE,
    contact_points: { email: emailPoint(identity, at) },
    devices: [],
    created_at: signedUp?.created_at ?? at,
    updated_at: at,
    revision: 1,
  };
}

const emailPoint = ({ email, emailVerified }: Identity, at: string): ContactPoint =>
  emailVerified ? { address: email, verified_at: at } : { address: email };

/** True when the pool knows a verified email that the person's item does not have yet. */
export function emailIsBehind(person: Person, identity: Identity): boolean {
  if (!identity.emailVerified) return false;
  const { address, verified_at } = person.contact_points.email;
  return verified_at === undefined || emailKey(address) !== emailKey(identity.email);
}

/** Takes over the email that the pool has verified. */
export function adoptEmail(person: Person, identity: Identity, now: Date): Person {
  const contact_points = { ...person.contact_points, email: emailPoint(identity, now.toISOString()) };
  return revised({ ...person, email: identity.email, contact_points }, now);
}

interface ProfileChange {
  readonly first_name?: string | undefined;
  readonly last_name?: string | undefined;
  readonly phone?: string | undefined;
  readonly time_zone?: string | undefined;
  readonly locale?: string | undefined;
  readonly preferred_channels?: ChannelList | undefined;
}

/** Applies what is given. Another phone has to be verified before SMS goes there. */
export function changeProfile(person: Person, change: ProfileChange, now: Date): Person {
  const phone = change.phone ?? person.phone;
  const moved = phone !== undefined && phone !== person.contact_points.sms?.address;
  return revised(
    {
      ...person,
      first_name: change.first_name ?? person.first_name,
      last_name: change.last_name ?? person.last_name,
      phone,
      time_zone: change.time_zone ?? person.time_zone,
      locale: change.locale ?? person.locale,
      preferred_channels: change.preferred_channels ?? person.preferred_channels,
      contact_points: moved ? { ...person.contact_points, sms: { address: phone } } : person.contact_points,
    },
    now,
  );
}

type Chosen = Pick<Person, 'preferences' | 'preferred_channels' | 'locale'>;

/** Puts in place what the person wants to be told, where and in which language, as a whole: what is absent is unset. */
export function choose(person: Person, { preferences, preferred_channels, locale }: Chosen, now: Date): Person {
  return revised({ ...person, preferences, preferred_channels, locale }, now);
}

/** Gives the person another external id, or with `undefined` none; the same one again is no change. */
export function withExternalId(person: Person, externalId: string | undefined, now: Date): Person {
  if (person.external_id === externalId) return person;
  return revised({ ...person, external_id: externalId }, now);
}

/** Puts an address on a channel, verified at `verifiedAt` or not yet. */
export function setContactPoint(
  person: Person,
  channel: 'sms' | 'discord',
  address: string,
  verifiedAt: Date | undefined,
  now: Date,
): Person {
  const point = verifiedAt ? { address, verified_at: verifiedAt.toISOString() } : { address };
  return revised({ ...person, contact_points: { ...person.contact_points, [channel]: point } }, now);
}

/** More would make the item of a person grow over what one read unit holds. */
const MAX_DEVICES = 7;

/**
 * Adds a device; one with the same endpoint is the same device and counts as present again. The oldest makes room when there are
 * seven. Throws IdempotencyKeyReused when the id is already another device's.
 */
export function addDevice(person: Person, device: Pick<Device, 'id' | 'platform' | 'endpoint_arn'>, now: Date): Person {
  const known = person.devices.find(({ endpoint_arn }) => endpoint_arn === device.endpoint_arn);
  if (known && known.disabled_at === undefined) return person;
  if (!known && person.devices.some(({ id }) => id === device.id)) throw new IdempotencyKeyReused();
  const added = { ...device, id: known?.id ?? device.id, added_at: now.toISOString() };
  const others = person.devices.filter((each) => each !== known);
  return revised({ ...person, devices: [...others, added].slice(-MAX_DEVICES) }, now);
}

/** The person's device with this endpoint, which `addDevice` has put there. */
export function deviceAt(person: Person, endpointArn: string): Device {
  const device = person.devices.find(({ endpoint_arn }) => endpoint_arn === endpointArn);
  if (!device) throw new Error('the device was not added');
  return device;
}

/** Throws NotFound when the person has no such device. */
export function removeDevice(person: Person, deviceId: string, now: Date): Person {
  const devices = person.devices.filter(({ id }) => id !== deviceId);
  if (devices.length === person.devices.length) throw new NotFound();
  return revised({ ...person, devices }, now);
}

/** Marks a device as one that push no longer reaches. */
export function disableDevice(person: Person, deviceId: string, at: Date): Person {
  const devices = person.devices.map((device) =>
    device.id === deviceId ? { ...device, disabled_at: device.disabled_at ?? at.toISOString() } : device,
  );
  return revised({ ...person, devices }, at);
}

/** From here on nothing reaches the person: the addresses are gone with this change. */
export function leave(person: Person, now: Date): LeavingUser {
  const { id, external_id, user_name, email, contact_points } = person;
  const phone = contact_points.sms?.address;
  return { status: 'LEAVING', id, external_id, user_name, email, phone, leaving_since: now.toISOString() };
}

function revised(person: Person, now: Date): Person {
  return { ...person, updated_at: now.toISOString(), revision: person.revision + 1 };
}
