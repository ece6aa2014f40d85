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
    const texts = identifierChangeTextsFor(locale);
    const [id, subject] = [this.ids.next(), texts.codeSubject(digits)];
    if (!recipient.includes('@')) return { id, channel: 'sms', to: recipient, subject, text: texts.codeText(digits) };
    const { codeHeading: heading, codeIntro: intro, notYours } = texts;
    const mail = renderCodeMail({ locale: texts.locale, subject, heading, intro, code: digits, notes: [notYours] });
    return { id, channel: 'email', to: recipient, ...mail };
  }

  composeNotice(notice: Notice): OutgoingMessage {
    const { to, locale: requestedLocale } = notice;
    const { locale, heading, paragraphs } =
      'kind' in notice ? identifierNoticeTexts(notice, requestedLocale) : accountNoticeTexts(notice, requestedLocale);
    const id = this.ids.next();
    const text = `${heading}. ${paragraphs.join(' ')}`;
    if (!to.includes('@')) return { id, channel: 'sms', to, subject: heading, text };
    return { id, channel: 'email', to, ...renderNoticeMail({ locale, subject: heading, heading, paragraphs }) };
  }
}

function identifierNoticeTexts({ what, kind }: IdentifierChangeNotice, requestedLocale: string) {
  const texts = identifierChangeTextsFor(requestedLocale);
  const { locale } = texts;
  if (what === 'asked')
    return { locale, heading: texts.requestedHeading(kind), paragraphs: [texts.requested, texts.notYou] };
  return { locale, heading: texts.changedHeading[kind], paragraphs: [texts.changed, texts.notYouAfterChange] };
}

function accountNoticeTexts({ what }: AccountChangeNotice, requestedLocale: string) {
  const { locale, heading, explained, notYou } = accountNoticeTextsFor(requestedLocale);
  return { locale, heading: heading[what], paragraphs: [explained[what], notYou] };
}
