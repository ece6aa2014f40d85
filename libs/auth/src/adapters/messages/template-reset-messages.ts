import type { Ids } from '#kernel';
import { type OutgoingMessage, renderCodeMail } from '#notifications';
import { ResetMessages } from '../../application/ports.js';
import { resetMessageTextsFor } from './reset-message-texts.js';

export class TemplateResetMessages extends ResetMessages {
  constructor(private readonly ids: Ids) {
    super();
  }

  composeCode(recipient: string, locale: string, digits: string): OutgoingMessage {
    const words = resetMessageTextsFor(locale);
    const id = this.ids.next();
    const subject = words.resetSubject(digits);
    if (!recipient.includes('@')) return { id, channel: 'sms', to: recipient, subject, text: words.resetText(digits) };
    const mail = renderCodeMail({
      locale: words.locale,
      subject,
      heading: words.resetHeading,
      intro: words.resetIntro,
      code: digits,
      notes: [words.notYou],
    });
    return { id, channel: 'email', to: recipient, ...mail };
  }
}
