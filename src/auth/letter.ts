import { escapeHtml } from '../channels/text.ts';

interface Letter {
  /** At most 140 characters (Cognito's limit). */
  readonly subject: string;
  /** At most 20,000 characters; the pool puts code and user name in the places of their parameters. */
  readonly html: string;
}

interface Placeholders {
  readonly code: string;
  readonly userName: string;
  readonly email: string | undefined;
}

interface Words {
  readonly subject: string;
  readonly heading: string;
  readonly before: string;
  readonly after: string;
}

const WORDS: Readonly<Record<string, Words>> = {
  CustomMessage_SignUp: {
    subject: 'Welcome to Carillon: your code',
    heading: 'Welcome',
    before: 'Enter this code to confirm that this mailbox is yours. Then you can sign in.',
    after: 'It is valid for 24 hours. If you did not sign up, ignore this mail: without the code nothing happens.',
  },
  CustomMessage_ResendCode: {
    subject: 'Your new Carillon code',
    heading: 'Your new code',
    before: 'Here is the code that you asked for again. The one before it no longer counts.',
    after: 'It is valid for 24 hours. If you did not sign up, ignore this mail: without the code nothing happens.',
  },
  CustomMessage_ForgotPassword: {
    subject: 'Your code for a new Carillon password',
    heading: 'A new password',
    before: 'Enter this code together with the password that you want from now on.',
    after: 'It is valid for one hour. If you did not ask for it, ignore this mail: your password stays as it is.',
  },
  CustomMessage_UpdateUserAttribute: {
    subject: 'Confirm your new address for Carillon',
    heading: 'Your new address',
    before: 'Enter this code to confirm that this mailbox is yours. Until then your old address stays.',
    after: 'It is valid for 24 hours. If you did not change your address, ignore this mail.',
  },
  CustomMessage_VerifyUserAttribute: {
    subject: 'Confirm your address for Carillon',
    heading: 'Confirm your address',
    before: 'Enter this code to confirm that this mailbox is yours.',
    after: 'It is valid for 24 hours. If you did not ask for it, ignore this mail.',
  },
  CustomMessage_AdminCreateUser: {
    subject: 'You have a Carillon account',
    heading: 'You have an account',
    before: 'Somebody has made an account for you. Sign in with the user name {username} and this password.',
    after: 'At the first sign-in you choose a password of your own.',
  },
};

/** The mail for one of the pool's occasions (`CustomMessage_…`); undefined for one that has no mail of ours. */
export function letterFor(occasion: string, places: Placeholders): Letter | undefined {
  const words = WORDS[occasion];
  if (!words) return undefined;
  // The places themselves stay as they are: an escaped one would no longer be found.
  const before = escapeHtml(words.before).replace('{username}', `<strong>${places.userName}</strong>`);
  const to = places.email === undefined ? '' : ` This mail went to ${escapeHtml(places.email)}.`;
  return {
    subject: words.subject,
    html: `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(words.subject)}</title></head>
<body style="margin:0;padding:32px 16px;background:#f4f2ee;font-family:system-ui,-apple-system,'Segoe UI',sans-serif;color:#23211e">
<table role="presentation" width="100%" style="max-width:480px;margin:0 auto;background:#fff;border-radius:12px">
<tr><td style="padding:32px 32px 8px;font-size:13px;letter-spacing:.08em;color:#8a6d3b">CARILLON</td></tr>
<tr><td style="padding:0 32px"><h1 style="margin:0;font-size:24px;font-weight:600">${escapeHtml(words.heading)}</h1></td></tr>
<tr><td style="padding:16px 32px 0;font-size:16px;line-height:1.5">${before}</td></tr>
<tr><td style="padding:24px 32px"><div style="padding:16px;background:#f4f2ee;border-radius:8px;text-align:center;font:600 28px/1.2 ui-monospace,Menlo,monospace;letter-spacing:.15em">${places.code}</div></td></tr>
<tr><td style="padding:0 32px 32px;font-size:14px;line-height:1.5;color:#6b665e">${escapeHtml(words.after)}${to}</td></tr>
</table>
</body>
</html>
`,
  };
}
