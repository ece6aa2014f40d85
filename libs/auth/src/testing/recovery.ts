import { InMemoryCodes } from '#codes/testing';
import { InMemoryCounters, PlainNewPasswords } from '#kernel/testing';
import { MessageBudget, SmsQuota } from '#notifications';
import { RecordingDueMessages, SettableChannels } from '#notifications/testing';
import { AesResetSeals } from '../adapters/crypto/aes-reset-seals.js';
import { TemplateResetMessages } from '../adapters/messages/template-reset-messages.js';
import { ChangePassword, ChangePasswordHandler } from '../application/commands/change-password.js';
import { ForgetPassword, ForgetPasswordHandler } from '../application/commands/forget-password.js';
import { ResetPassword, ResetPasswordHandler } from '../application/commands/reset-password.js';
import { HashedCredentials } from '../application/hashed-credentials.js';
import { PasswordChanger } from '../application/password-changer.js';
import { ResetRequests } from '../application/reset-requests.js';
import { ResetDue } from '../application/subscribers/reset-due.js';
import { Auth, SECRET, SOURCE } from './auth.js';
import { InMemoryLinks } from './in-memory-links.js';

/** The same room, for those who want another password. */
export class Recovery extends Auth {
  readonly codes = new InMemoryCodes(this.clock);
  readonly counters = new InMemoryCounters(this.clock);
  readonly links = new InMemoryLinks(this.subjects, this.clock);
  readonly due = new RecordingDueMessages();
  readonly channels = new SettableChannels();
  readonly seals = new AesResetSeals([{ kid: '0', secret: SECRET }]);
  readonly newPasswords = new PlainNewPasswords();
  readonly credentials = new HashedCredentials(this.subjects, this.scheme, this.hasher, this.ender);
  readonly changer = new PasswordChanger(
    this.work,
    this.subjects,
    this.credentials,
    this.ender,
    this.outbox,
    this.audit,
    this.links,
    this.listeners,
  );
  readonly budget = new MessageBudget(this.counters, this.rules.limits);
  readonly sms = new SmsQuota(this.counters, this.rules.limits);
  readonly requests = new ResetRequests(
    this.identifiers,
    this.counters,
    this.budget,
    this.sms,
    this.seals,
    this.due,
    this.rules,
  );
  readonly messages = new TemplateResetMessages(this.ids);
  readonly resetDue = new ResetDue(
    this.subjects,
    this.identifiers,
    this.codes,
    this.seals,
    this.messages,
    this.channels,
  );
  readonly #forget = new ForgetPasswordHandler(
    this.requests,
    this.rules,
    this.subjects,
    this.identifiers,
    this.devices,
    this.audit,
  );
  readonly #change = new ChangePasswordHandler(
    this.subjects,
    this.tries,
    this.passwords,
    this.newPasswords,
    this.changer,
    this.audit,
    this.identifiers,
    this.rules,
  );
  readonly #reset = new ResetPasswordHandler(
    this.subjects,
    this.identifiers,
    this.codes,
    this.newPasswords,
    this.changer,
    this.tries,
    this.audit,
    this.ids,
    this.rules,
  );

  change(current: string, wanted: string, sessionId = 'none', customerId = 'mia', endLinks = false) {
    return this.#change.execute(new ChangePassword(customerId, sessionId, current, wanted, SOURCE, endLinks));
  }

  forget(username = 'mia@example.org', source = SOURCE, deviceToken: string | null = null) {
    return this.#forget.execute(new ForgetPassword(username, { prefix: source, trusted: false }, deviceToken));
  }

  reset(code: string, wanted: string, username = 'mia@example.org', source = SOURCE) {
    return this.#reset.execute(new ResetPassword(username, code, wanted, source));
  }

  /** Writes what is due and lets it be accepted: the messages, null for each that is sent in appearance only. */
  async deliver() {
    const messages = [];
    for (const { reference } of this.due.due.splice(0)) {
      const written = await this.resetDue.write(reference);
      await written?.accepted();
      messages.push(written?.message ?? null);
    }
    return messages;
  }

  /** The digits of the one message that follows. */
  async mailedCode(username?: string): Promise<string> {
    await this.forget(username);
    const [message] = await this.deliver();
    return /\d{8}/.exec(message?.text ?? '')?.[0] ?? '';
  }
}
