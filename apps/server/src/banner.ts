import { messageTransports, type Settings } from '#platform/config';

/** For a person at a terminal: where to look, and a first customer to copy and paste. */
export function printBanner(settings: Settings, firstAdmin: string | undefined): void {
  const { publicUrl: url } = settings;
  const admin = firstAdmin ? `\n  admin     ${firstAdmin}   (good for setting a new password only)` : '';
  const { email, sms } = messageTransports(settings);
  const mailbox = email === 'dev-mailbox' || sms === 'dev-mailbox' ? `\n  mailbox   ${url}/dev/mailbox` : '';
  const noMail = email === 'none' ? '\n  e-mail    no transport: set SMTP_URL or MAIL_API_URL' : '';
  const noSms = sms === 'none' ? '\n  SMS       no transport: set SMS_API_URL' : '';
  console.log(`
  Foyer is open.

  API       ${url}/v1
  docs      ${url}/docs${mailbox}${noMail}${noSms}
  health    ${url}/health/ready${admin}

  A first customer:

    curl -s ${url}/v1/registrations -H 'content-type: application/json' \\
      -d '{"email": "ada@example.org", "password": "correct horse battery staple"}'

  Read the code${email === 'dev-mailbox' ? ` at ${url}/dev/mailbox` : ''}, and within a minute:

    curl -s ${url}/v1/registrations/activate -u 'ada@example.org:correct horse battery staple' \\
      -H 'content-type: application/json' -d '{"code": "0000"}'
`);
}
