import path from 'node:path';
import { Injectable } from '@nestjs/common';
import { Clock } from '#kernel';
import { Settings } from '#platform/config';
import { MessageSender, type OutgoingMessage } from '../../application/ports.js';
import type { DevMessage } from './dev-mailbox.dto.js';
import { MailboxFile } from './mailbox-file.js';

/**
 * Takes what has no transport. The last 500 messages stay in `DATA_DIR/mailbox.ndjson`, one JSON document a line, also
 * over a restart; processes on the same folder share it.
 */
@Injectable()
export class DevMailbox extends MessageSender {
  override readonly isReadableByOthers: boolean;
  readonly #file: MailboxFile;
  #cache: { readonly version: string; readonly messages: readonly DevMessage[] } | undefined;

  constructor(
    settings: Settings,
    private readonly clock: Clock,
  ) {
    super();
    this.isReadableByOthers = settings.devMailboxIsPublic;
    this.#file = new MailboxFile(path.join(settings.dataDir, 'mailbox.ndjson'));
  }

  async send({ id, channel, to, subject, text, html }: OutgoingMessage): Promise<void> {
    const createdAt = this.clock.now().toISOString();
    this.#file.appendLine(
      JSON.stringify({ id, channel, to, subject, text, html: html ?? null, createdAt } satisfies DevMessage),
    );
  }

  /** Newest first; only those to this e-mail address or phone number, if one is given. */
  listMessages(to?: string): readonly DevMessage[] {
    const messages = this.#readMessages();
    return to === undefined
      ? messages
      : messages.filter((message) => normalizeRecipient(message.to) === normalizeRecipient(to));
  }

  /** Another one whenever the messages are others. */
  computeVersion(): string {
    return this.#file.computeVersion();
  }

  #readMessages(): readonly DevMessage[] {
    const version = this.computeVersion();
    if (this.#cache?.version !== version) {
      this.#cache = { version, messages: this.#file.readLines().flatMap(parseMessages).reverse() };
    }
    return this.#cache.messages;
  }
}

/** None of a line that was torn by a crash. */
function parseMessages(line: string): DevMessage[] {
  try {
    return [JSON.parse(line) as DevMessage];
  } catch {
    return [];
  }
}

/** A query string that was not escaped turns `+` into a blank: in a phone number only digits count, in an address it is put back. */
function normalizeRecipient(to: string): string {
  const address = to.trim().toLowerCase();
  return address.includes('@') ? address.replaceAll(' ', '+') : address.replace(/\D/g, '');
}
