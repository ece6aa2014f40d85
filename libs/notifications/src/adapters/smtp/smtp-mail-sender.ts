import { Injectable } from '@nestjs/common';
import { createTransport, type Transporter } from 'nodemailer';
import { withTimeout } from '#platform/async';
import { Settings } from '#platform/config';
import { HealthCheckService } from '#platform/health';
import { MessageSender, type OutgoingMessage, PermanentSendError } from '../../application/ports.js';
import { buildMimeMessage, envelopeAddressOf } from './mime-message.js';

const CONNECT_TIMEOUT_MS = 3_000;
const SEND_TIMEOUT_MS = 8_000;
const MAX_CONNECTIONS = 10;

/** A mail server, over a pool of connections that are kept open. */
@Injectable()
export class SmtpMailSender extends MessageSender {
  readonly #transport: Transporter;
  readonly #messageIdDomain: string;

  constructor(
    private readonly settings: Settings,
    health: HealthCheckService,
  ) {
    super();
    this.#messageIdDomain = new URL(settings.publicUrl).hostname;
    this.#transport = createTransport({
      url: settings.smtpUrl,
      pool: true,
      maxConnections: MAX_CONNECTIONS,
      maxMessages: 1_000,
      connectionTimeout: CONNECT_TIMEOUT_MS,
      greetingTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: SEND_TIMEOUT_MS,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    health.registerIndicator({ name: 'mail', vital: false, check: async () => void (await this.#transport.verify()) });
  }

  async send({ id, to, subject, text, html = '' }: OutgoingMessage): Promise<void> {
    const { mailFrom: from } = this.settings;
    const messageId = `<${id}@${this.#messageIdDomain}>`;
    const raw = buildMimeMessage({ from, to, subject, text, html, messageId, date: new Date() });
    // The envelope is given, not read from headers: nothing in an address is ever taken for a list, a name or a comment.
    const mail = { envelope: { from: envelopeAddressOf(from), to: [to] }, raw };
    await withTimeout(SEND_TIMEOUT_MS, this.#transport.sendMail(mail)).catch((error: unknown) => {
      throw isPermanentSmtpError(error)
        ? new PermanentSendError('refused by the mail server', { cause: error })
        : error;
    });
  }

  override close(): void {
    this.#transport.close();
  }
}

const isPermanentSmtpError = (error: unknown): boolean =>
  ((error as { responseCode?: number }).responseCode ?? 0) >= 500;
