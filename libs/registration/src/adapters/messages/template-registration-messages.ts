import { Ids } from '#kernel';
import { type OutgoingMessage, renderCodeMail, renderNoticeMail } from '#notifications';
import { RegistrationMessages, type RegistrationSettings } from '../../application/ports.js';
import { type AttemptState, channelForRecipient } from '../../domain/registration-attempt.js';
import { registrationTextsFor } from './registration-texts-for.js';

export class TemplateRegistrationMessages extends RegistrationMessages {
  constructor(
    private readonly ids: Ids,
    private readonly rules: RegistrationSettings,
  ) {
    super();
  }

  composeCode(attempt: AttemptState, digits: string): OutgoingMessage {
    const { reference, profile } = attempt;
    const words = registrationTextsFor(profile.locale);
    const seconds = this.rules.codeTtlSeconds;
    const mail = renderCodeMail({
      locale: words.locale,
      subject: words.codeSubject(digits),
      heading: words.codeHeading,
      intro: words.codeIntro(seconds),
      code: digits,
      reference: { label: words.reference, value: reference },
      notes: [words.referenceNote, words.notYou],
    });
    return this.#to(attempt, mail, words.codeText(digits, reference, seconds));
  }

  composeAlreadyRegistered(attempt: AttemptState): OutgoingMessage {
    const words = registrationTextsFor(attempt.profile.locale);
    const mail = renderNoticeMail({
      locale: words.locale,
      subject: words.registeredSubject,
      heading: words.registeredSubject,
      paragraphs: words.registered,
    });
    return this.#to(attempt, mail, words.registeredText);
  }

  #to(attempt: AttemptState, mail: ReturnType<typeof renderCodeMail>, sms: string): OutgoingMessage {
    const channel = channelForRecipient(attempt);
    const message = { id: this.ids.next(), channel, to: attempt.recipient };
    return channel === 'email' ? { ...message, ...mail } : { ...message, subject: mail.subject, text: sms };
  }
}
