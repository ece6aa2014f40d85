import type { Ids } from '#kernel';
import { type OutgoingMessage, renderCodeMail } from '#notifications';
import { ResetMessages } from '../../application/ports.js';
import { resetMessageTextsFor } from './reset-message-texts.js';

export class TemplateResetMessages extends ResetMessages {
  constructor(private readonly ids: Ids) {
    super();
  }

  composeCode(recipient: string, locale: string, digits: string): OutgoingMessage {
    const texts = resetMessageTextsFor(locale);
    const id = this.ids.next();
    const subject = texts.resetSubject(digits);
    if (!recipient.includes('@')) return { id, channel: 'sms', to: recipient, subject, text: texts.resetText(digits) };
    const mail = renderCodeMail({
      locale: texts.locale,
      subject,
      heading: texts.resetHeading,
      intro: texts.resetIntro,
      code: digits,
      notes: [texts.notYou],
    });
    return { id, channel: 'email', to: recipient, ...mail };
  }
}
