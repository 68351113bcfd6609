import { Preferences, preferencesOf } from '../preferences.ts';
import { DEFAULT_LOCALE, type Person } from '../user.ts';
import { profileChange } from './schemas.ts';

const { locale, preferred_channels } = profileChange.shape;

/** All that a person sets of what they are told, as one document: what is left out has its default. */
export const preferencesDocument = Preferences.extend({
  preferred_channels: preferred_channels.describe(
    'Channels for messages that leave them to the user, every one that reaches the user when left out. A list in the place of a ' +
      'channel names alternatives: the first of them that reaches the user is used, for messages that name channels themselves too',
  ),
  locale: locale.unwrap().default(DEFAULT_LOCALE).describe('Language tag (BCP 47) of the messages'),
});

/** As it may be sent back to change it. */
export const documentOf = (person: Person) => ({
  ...preferencesOf(person),
  preferred_channels: person.preferred_channels,
  locale: person.locale,
});
