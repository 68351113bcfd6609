import * as z from 'zod';
import { type Seal, sealWith } from '../shared/seal.ts';
import { Category } from './category.ts';
import { preferencesOf } from './preferences.ts';
import { choose, type Person } from './user.ts';

/** What the link in a mail stands for: no more mails of this kind for this person. */
const Unsubscription = z.object({ user: z.string(), category: Category });
type Unsubscription = z.output<typeof Unsubscription>;

const PURPOSE = 'unsubscribe';

/** Links for people to stop mails of one kind. They hold no address, and do not expire: old mails are read, too. */
export function unsubscribeLinks(secret: string, publicUrl: string) {
  const { seal } = sealWith(secret);
  return (userId: string, category: Category) => {
    const about: Unsubscription = { user: userId, category };
    return `${publicUrl}/api/v1/unsubscribe/${seal(PURPOSE, about)}`;
  };
}

/** What a link's token stands for; undefined when it was forged or altered, or is about a category that there is no more. */
export const readUnsubscription = (token: string, { open }: Pick<Seal, 'open'>): Unsubscription | undefined =>
  Unsubscription.safeParse(open(PURPOSE, token)).data;

/** Switches mails of a category off; the person as they are where they are off already. */
export function stopMails(person: Person, category: Category, now: Date): Person {
  const preferences = preferencesOf(person);
  const about = preferences.categories[category] ?? { enabled: true, channels: {} };
  if (about.channels.email === false) return person;
  const stopped = { ...about, channels: { ...about.channels, email: false } };
  const categories = { ...preferences.categories, [category]: stopped };
  return choose(person, { ...person, preferences: { ...preferences, categories } }, now);
}
