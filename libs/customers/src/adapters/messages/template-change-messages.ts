import type { Ids } from '#kernel';
import { codeMail, noticeMail, type OutgoingMessage } from '#notifications';
import { ChangeMessages, type Notice } from '../../application/change-ports.js';
import { changeWordsFor } from './change-words.js';

export class TemplateChangeMessages extends ChangeMessages {
  constructor(private readonly ids: Ids) {
    super();
  }

  code(recipient: string, locale: string, digits: string): OutgoingMessage {
    const words = changeWordsFor(locale);
    const [id, subject] = [this.ids.next(), words.codeSubject(digits)];
    if (!recipient.includes('@')) return { id, channel: 'sms', to: recipient, subject, text: words.codeText(digits) };
    const { codeHeading: heading, codeIntro: intro, notYours } = words;
    const mail = codeMail({ locale: words.locale, subject, heading, intro, code: digits, notes: [notYours] });
    return { id, channel: 'email', to: recipient, ...mail };
  }

  notice({ to, what, kind, locale }: Notice): OutgoingMessage {
    const words = changeWordsFor(locale);
    const heading = what === 'asked' ? words.noticeHeading(kind) : words.changedHeading[kind];
    const [told, notYou] = what === 'asked' ? [words.asked, words.notYou] : [words.changed, words.notYouAnyMore];
    const id = this.ids.next();
    if (!to.includes('@')) return { id, channel: 'sms', to, subject: heading, text: `${heading}. ${told} ${notYou}` };
    const paragraphs = [told, notYou];
    return { id, channel: 'email', to, ...noticeMail({ locale: words.locale, subject: heading, heading, paragraphs }) };
  }
}
