import { escapeHtml } from '../../channels/text.ts';

const paragraph = (text: string) =>
  `<p style="margin:0 0 16px;font-size:16px;line-height:1.5">${escapeHtml(text).replaceAll('\n', '<br>')}</p>`;

/**
 * The HTML part of an email: one card with the title and the message's paragraphs (split at empty lines). Tables and inline
 * styles, because mail programs know little else. The three texts are plain and get escaped here.
 */
export function emailHtml(title: string, message: string, footer: string): string {
  const paragraphs =
    message === ''
      ? ''
      : message
          .split(/\n{2,}/)
          .map(paragraph)
          .join('');
  const foot =
    footer === ''
      ? ''
      : `<tr><td style="padding:16px 8px;font-size:13px;color:#6b7280">${escapeHtml(footer)}</td></tr>`;
  return `<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
</head>
<body style="margin:0;padding:24px 12px;background:#f3f4f6;color:#111827;font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:560px;margin:0 auto">
<tr><td style="padding:28px 28px 12px;background:#ffffff;border-radius:12px;border-top:4px solid #4f46e5">
<h1 style="margin:0 0 16px;font-size:21px;line-height:1.3">${escapeHtml(title)}</h1>
${paragraphs}
</td></tr>
${foot}
</table>
</body>
</html>
`;
}
