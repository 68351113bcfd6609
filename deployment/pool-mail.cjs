const { mailbox } = require('../src/channels/email-address.ts');

/**
 * How the pool sends its codes. Through SES, as the sender of everything else: Cognito's own sender stops at 50 mails a day and does not
 * promise to take our texts (Cognito guide, "Email settings" and "Custom message Lambda trigger"). With a mail server there is only that
 * one, because Cognito knows none of one's own.
 */
module.exports = async ({ resolveVariable }) => {
  if ((await resolveVariable('env:EMAIL_PROVIDER')) !== 'ses') return { EmailSendingAccount: 'COGNITO_DEFAULT' };
  const [name, from, identity, region, account] = await Promise.all(
    ['env:EMAIL_FROM_NAME', 'env:EMAIL_FROM', 'env:EMAIL_IDENTITY', 'aws:region', 'aws:accountId'].map(resolveVariable),
  );
  return {
    EmailSendingAccount: 'DEVELOPER',
    From: mailbox(name, from),
    SourceArn: `arn:aws:ses:${region}:${account}:identity/${identity}`,
  };
};
