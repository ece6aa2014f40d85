import { InMemoryCodes } from '#codes/testing';
import { InMemoryCounters, PlainNewPasswords } from '#kernel/testing';
import { MessageBudget, SmsQuota } from '#notifications';
import { InMemoryChannels, RecordingJobQueue } from '#notifications/testing';
import { AesResetRecipientSealer } from '../adapters/crypto/aes-reset-recipient-sealer.js';
import { TemplateResetMessages } from '../adapters/messages/template-reset-messages.js';
import { ChangePassword, ChangePasswordHandler } from '../application/commands/change-password.js';
import { RequestPasswordReset, RequestPasswordResetHandler } from '../application/commands/request-password-reset.js';
import { ResetPassword, ResetPasswordHandler } from '../application/commands/reset-password.js';
import { SendPasswordResetJob } from '../application/jobs/send-password-reset-job.js';
import { HashedCredentials } from '../application/services/hashed-credentials.js';
import { PasswordChanger } from '../application/services/password-changer.js';
import { PasswordResetRequests } from '../application/services/password-reset-requests.js';
import { AuthHarness, SECRET, SOURCE } from './auth-harness.js';
import { InMemoryLinkedIdentities } from './in-memory-linked-identities.js';

/** The auth harness with password resets and changes. */
export class PasswordResetHarness extends AuthHarness {
  readonly codes = new InMemoryCodes(this.clock);
  readonly counters = new InMemoryCounters(this.clock);
  readonly links = new InMemoryLinkedIdentities(this.subjects, this.clock);
  readonly dueMessages = new RecordingJobQueue();
  readonly channels = new InMemoryChannels();
  readonly sealer = new AesResetRecipientSealer([{ kid: '0', secret: SECRET }]);
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
  readonly budget = new MessageBudget(this.counters, this.settings.limits);
  readonly sms = new SmsQuota(this.counters, this.settings.limits);
  readonly requests = new PasswordResetRequests(
    this.identifiers,
    this.counters,
    this.budget,
    this.sms,
    this.sealer,
    this.dueMessages,
    this.settings,
  );
  readonly messages = new TemplateResetMessages(this.ids);
  readonly resetJob = new SendPasswordResetJob(
    this.subjects,
    this.identifiers,
    this.codes,
    this.sealer,
    this.messages,
    this.channels,
  );
  readonly #requestReset = new RequestPasswordResetHandler(
    this.requests,
    this.settings,
    this.subjects,
    this.identifiers,
    this.devices,
    this.audit,
  );
  readonly #changePassword = new ChangePasswordHandler(
    this.subjects,
    this.tries,
    this.passwords,
    this.newPasswords,
    this.changer,
    this.audit,
    this.identifiers,
    this.settings,
  );
  readonly #resetPassword = new ResetPasswordHandler(
    this.subjects,
    this.identifiers,
    this.codes,
    this.newPasswords,
    this.changer,
    this.tries,
    this.audit,
    this.ids,
    this.settings,
  );

  changePassword(current: string, newPassword: string, sessionId = 'none', customerId = 'mia', endLinks = false) {
    return this.#changePassword.execute(
      new ChangePassword(customerId, sessionId, current, newPassword, SOURCE, endLinks),
    );
  }

  requestReset(username = 'mia@example.org', source = SOURCE, deviceToken: string | null = null) {
    return this.#requestReset.execute(
      new RequestPasswordReset(username, { prefix: source, trusted: false }, deviceToken),
    );
  }

  resetPassword(code: string, newPassword: string, username = 'mia@example.org', source = SOURCE) {
    return this.#resetPassword.execute(new ResetPassword(username, code, newPassword, source));
  }

  /** Prepares the queued messages and marks them accepted. Returns the messages, null for each decoy. */
  async deliverDueMessages() {
    const messages = [];
    for (const { reference } of this.dueMessages.enqueued.splice(0)) {
      const prepared = await this.resetJob.prepareMessage(reference);
      await prepared?.markAccepted();
      messages.push(prepared?.message ?? null);
    }
    return messages;
  }

  /** Requests a reset and returns the digits of its message. */
  async requestCode(username?: string): Promise<string> {
    await this.requestReset(username);
    const [message] = await this.deliverDueMessages();
    return /\d{8}/.exec(message?.text ?? '')?.[0] ?? '';
  }
}
