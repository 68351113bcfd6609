import { page } from '../shared/http/page.ts';
import type { Category } from './category.ts';

/** Asks; posts to where it came from. */
export const askPage = (category: Category) =>
  page(
    'Unsubscribe',
    `<p>No more emails about <b>${category}</b>?</p><form method="post"><button name="List-Unsubscribe" value="One-Click">Unsubscribe</button></form>`,
  );

export const donePage = (category: Category) =>
  page(
    'Unsubscribed',
    `<p>You get no more emails about <b>${category}</b>. Your preferences in the app switch them on again.</p>`,
  );

export const refusedPage = page(
  'This link does not work',
  '<p>It is not complete. Open it from the email once more, or change your preferences in the app.</p>',
);
