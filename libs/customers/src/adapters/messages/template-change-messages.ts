import type { Ids } from '#kernel';
import { type OutgoingMessage, renderCodeMail, renderNoticeMail } from '#notifications';
import {
  type AccountChangeNotice,
  ChangeMessages,
  type IdentifierChangeNotice,
  type Notice,
} from '../../application/identifier-change-ports.js';
import { accountNoticeTextsFor } from './account-notice-texts.js';
import { identifierChangeTextsFor } from './identifier-change-texts.js';

export class TemplateChangeMessages extends ChangeMessages {
  constructor(private readonly ids: Ids) {
    super();
  }

  composeCode(recipient: string, locale: string, digits: string): OutgoingMessage {
    const words = identifierChangeTextsFor(locale);
    const [id, subject] = [this.ids.next(), words.codeSubject(digits)];
    if (!recipient.includes('@')) return { id, channel: 'sms', to: recipient, subject, text: words.codeText(digits) };
    const { codeHeading: heading, codeIntro: intro, notYours } = words;
    const mail = renderCodeMail({ locale: words.locale, subject, heading, intro, code: digits, notes: [notYours] });
    return { id, channel: 'email', to: recipient, ...mail };
  }

  composeNotice(notice: Notice): OutgoingMessage {
    const { to, locale: asked } = notice;
    const { locale, heading, paragraphs } =
      'kind' in notice ? identifierNoticeTexts(notice, asked) : accountNoticeTexts(notice, asked);
    const id = this.ids.next();
    const text = `${heading}. ${paragraphs.join(' ')}`;
    if (!to.includes('@')) return { id, channel: 'sms', to, subject: heading, text };
    return { id, channel: 'email', to, ...renderNoticeMail({ locale, subject: heading, heading, paragraphs }) };
  }
}

function identifierNoticeTexts({ what, kind }: IdentifierChangeNotice, asked: string) {
  const words = identifierChangeTextsFor(asked);
  const { locale } = words;
  if (what === 'asked')
    return { locale, heading: words.requestedHeading(kind), paragraphs: [words.requested, words.notYou] };
  return { locale, heading: words.changedHeading[kind], paragraphs: [words.changed, words.notYouAfterChange] };
}

function accountNoticeTexts({ what }: AccountChangeNotice, asked: string) {
  const { locale, heading, explained, notYou } = accountNoticeTextsFor(asked);
  return { locale, heading: heading[what], paragraphs: [explained[what], notYou] };
}
