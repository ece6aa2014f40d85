import type { Ids } from '#kernel';
import { codeMail, noticeMail, type OutgoingMessage } from '#notifications';
import { type AccountNews, ChangeMessages, type IdentifierNews, type Notice } from '../../application/change-ports.js';
import { accountWordsFor } from './account-words.js';
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

  notice(notice: Notice): OutgoingMessage {
    const { to, locale: asked } = notice;
    const { locale, heading, paragraphs } = 'kind' in notice ? ofIdentifier(notice, asked) : ofAccount(notice, asked);
    const id = this.ids.next();
    const text = `${heading}. ${paragraphs.join(' ')}`;
    if (!to.includes('@')) return { id, channel: 'sms', to, subject: heading, text };
    return { id, channel: 'email', to, ...noticeMail({ locale, subject: heading, heading, paragraphs }) };
  }
}

function ofIdentifier({ what, kind }: IdentifierNews, asked: string) {
  const words = changeWordsFor(asked);
  const { locale } = words;
  if (what === 'asked') return { locale, heading: words.noticeHeading(kind), paragraphs: [words.asked, words.notYou] };
  return { locale, heading: words.changedHeading[kind], paragraphs: [words.changed, words.notYouAnyMore] };
}

function ofAccount({ what }: AccountNews, asked: string) {
  const { locale, heading, explained, notYou } = accountWordsFor(asked);
  return { locale, heading: heading[what], paragraphs: [explained[what], notYou] };
}
