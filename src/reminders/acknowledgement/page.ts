import { page } from '../../shared/http/page.ts';

/** What somebody may choose on the page, as durations. */
const SNOOZE_CHOICES = { PT10M: 'in 10 minutes', PT1H: 'in an hour', P1D: 'tomorrow' } as const;

const again = Object.entries(SNOOZE_CHOICES).map(
  ([length, words]) => `<p><button name="snooze" value="${length}">Remind me again ${words}</button></p>`,
);

/** Asks; posts to where it came from. */
export const askPage = page(
  'Have you seen it?',
  `<form method="post"><p><button name="acknowledge" value="yes">I have seen it</button></p>${again.join('')}</form>`,
);

/** Whoever holds the link may be somebody to whom it was forwarded: people are not named. */
export const donePage = ({ own, snoozed }: { readonly own: boolean; readonly snoozed: boolean }) =>
  page(
    own ? 'Thank you' : 'Somebody was faster',
    `<p>${own ? 'You have' : 'Somebody else has'} said to have seen it.${snoozed ? ' It comes again later, as chosen then.' : ''} Nobody else is asked any more.</p>`,
  );

export const tooLatePage = page('It is too late', '<p>Nobody is asked any more to say to have seen it.</p>');

export const notSnoozedPage = page(
  'It can’t come again then',
  '<p>The reminder does not go off so late. Go back and choose another time.</p>',
);

export const refusedPage = page(
  'This link does not work',
  '<p>It is not complete. Open it from the message once more, or answer in the app.</p>',
);
