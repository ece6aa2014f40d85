import { type Reply, send } from '../support/http-message.js';
import { type Credentials, extractCode, type RegistrationResponse } from '../support/registration-requests.js';
import type { Mail, SmtpSink } from '../support/smtp-sink.js';
import { classifyStatus, type Operation, type OperationHistory } from './operation-history.js';

const TIMEOUT_MS = 20_000;

/** What came back; status 0 is no answer at all. */
export interface ClientReply {
  readonly status: number;
  readonly text: string;
  readonly ms: number;
  readonly code: string | undefined;
  readonly retryAfter: number | undefined;
  readonly id: string | undefined;
}

/** Somebody who registers and remembers what he was told. Each of his calls goes into the history. */
export class RecordingClient {
  ticket: RegistrationResponse | undefined;

  constructor(
    private readonly history: OperationHistory,
    readonly person: Credentials,
    readonly name = person.email,
  ) {}

  async register(base: string): Promise<ClientReply> {
    return this.#callAndKeepTicket('register', () => this.#send<RegistrationResponse>(base, '', { json: this.person }));
  }

  async resend(base: string): Promise<ClientReply> {
    return this.#callAndKeepTicket('resend', () =>
      this.#send<RegistrationResponse>(base, '/resend-code', { basic: this.#basic }),
    );
  }

  activate(base: string, typed: string): Promise<ClientReply> {
    const call = () =>
      this.#send<RegistrationResponse>(base, '/activate', { basic: this.#basic, json: { code: typed } });
    return this.#callAndRecord('activate', call, { typed });
  }

  logIn(base: string): Promise<ClientReply> {
    const json = { username: this.person.email, password: this.person.password };
    return this.#callAndRecord('login', () => send(`${base}/v1/auth/login`, 'POST', { json, timeoutMs: TIMEOUT_MS }));
  }

  /** The code of the newest message that bears the reference he was told last. */
  async waitForCode(mails: SmtpSink, timeoutMs = 10_000): Promise<string> {
    return extractCode(await mails.waitFor((mail) => this.#isForThisAttempt(mail), timeoutMs));
  }

  /** The same, but all that came so far, oldest first. */
  receivedCodes(mails: SmtpSink): string[] {
    return mails.messages.filter(({ to }) => to.includes(this.person.email)).map(extractCode);
  }

  get #basic(): readonly [string, string] {
    return [this.person.email, this.person.password];
  }

  #isForThisAttempt(mail: Mail): boolean {
    return mail.to.includes(this.person.email) && mail.text.includes(this.ticket?.reference ?? '?');
  }

  #send<T>(base: string, path: string, o: { json?: unknown; basic?: readonly [string, string] }): Promise<Reply<T>> {
    return send<T>(`${base}/v1/registrations${path}`, 'POST', { ...o, timeoutMs: TIMEOUT_MS });
  }

  async #callAndKeepTicket(
    op: Operation['op'],
    call: () => Promise<Reply<RegistrationResponse>>,
  ): Promise<ClientReply> {
    return this.#callAndRecord(op, async () => {
      const reply = await call();
      if (reply.status < 300) this.ticket = reply.json;
      return reply;
    });
  }

  async #callAndRecord(
    op: Operation['op'],
    call: () => Promise<Reply>,
    more: { typed?: string } = {},
  ): Promise<ClientReply> {
    const start = performance.now();
    const reply = await call().catch(() => undefined);
    const end = performance.now();
    const { status = 0, headers, json, text = '' } = reply ?? {};
    const body = (json ?? {}) as { id?: string; code?: string };
    const retryAfter = headers?.has('retry-after') ? Number(headers.get('retry-after')) : undefined;
    const { attemptId, reference } = this.ticket ?? {};
    const { email: key, password } = this.person;
    const told = { code: body.code, retryAfter, id: body.id, attemptId, reference };
    const known = Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined));
    this.history.add({
      proc: this.name,
      op,
      key,
      password,
      start,
      end,
      outcome: classifyStatus(status),
      status,
      ...known,
      ...more,
    });
    return { status, text, ms: end - start, code: body.code, retryAfter, id: body.id };
  }
}
