import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect } from 'vitest';
import type { Backend, BackingServices, DeliveredMessage, RunningApp, Settings } from './backends.js';
import type { Reply, RequestOptions } from './http-message.js';
import { ProblemCatalog } from './problem-catalog.js';
import type { Program } from './program.js';
import { basicCredentials, identifierOf, newRegistration, type RegistrationInput } from './registration-fixtures.js';

export interface RegistrationResponse {
  readonly id: string;
  readonly attemptId: string;
  readonly reference: string;
  readonly channel: 'email' | 'sms';
  readonly destination: string;
  readonly codeLength: number;
  readonly codeExpiresIn: number;
  readonly resendAfter: number;
  readonly expiresIn: number;
}

export interface MyRegistration {
  readonly id: string;
  readonly attemptId: string;
  readonly state: 'pending' | 'active';
  readonly channel: 'email' | 'sms';
  readonly codeLength: number;
  readonly codeExpiresAt: string | null;
  readonly resendAt: string;
  readonly attemptsRemaining: number;
}

export interface CustomerResponse {
  readonly id: string;
  readonly [field: string]: unknown;
}

export interface TokenResponse {
  readonly access_token: string;
}

/** What came of a call that sends a code. */
export interface CapturedMessage<T> {
  readonly reply: Reply<T>;
  readonly message: DeliveredMessage;
  /** '' in a message without one. */
  readonly code: string;
}

export interface PendingRegistration {
  readonly person: RegistrationInput;
  readonly ticket: RegistrationResponse;
  readonly code: string;
  readonly message: DeliveredMessage;
}

const MESSAGE_TIMEOUT_MS = 10_000;

/** The entrance app as people use it. Every answer that tells of a problem is checked against the list of problems. */
export class TestApp {
  #instance: RunningApp | undefined;
  readonly #problemCatalog = new ProblemCatalog();

  get instance(): RunningApp {
    if (!this.#instance) throw new Error('the app opens in beforeAll');
    return this.#instance;
  }

  get program(): Program {
    return this.instance.program;
  }

  /** @throws Error on the embedded default */
  get services(): BackingServices {
    if (!this.instance.services) throw new Error('the embedded default has no services');
    return this.instance.services;
  }

  async attach(instance: RunningApp): Promise<void> {
    this.#instance = instance;
    await this.#problemCatalog.load(instance.program);
  }

  async close(): Promise<void> {
    await this.#instance?.dispose();
  }

  async request<T = unknown>(method: string, path: string, o?: RequestOptions): Promise<Reply<T>> {
    return this.#problemCatalog.assertListed(await this.program.request<T>(method, path, o), path);
  }

  register(person: object, o: RequestOptions = {}): Promise<Reply<RegistrationResponse>> {
    return this.request('POST', '/v1/registrations', { json: person, ...o });
  }

  getMyRegistration(person: RegistrationInput, o: RequestOptions = {}): Promise<Reply<MyRegistration>> {
    return this.request('GET', '/v1/registrations/mine', { basic: basicCredentials(person), ...o });
  }

  activate(person: RegistrationInput, code: unknown, o: RequestOptions = {}): Promise<Reply<CustomerResponse>> {
    return this.request('POST', '/v1/registrations/activate', {
      basic: basicCredentials(person),
      json: { code },
      ...o,
    });
  }

  resendCode(person: RegistrationInput, o: RequestOptions = {}): Promise<Reply<RegistrationResponse>> {
    return this.request('POST', '/v1/registrations/resend-code', { basic: basicCredentials(person), ...o });
  }

  logIn(person: RegistrationInput): Promise<Reply<TokenResponse>> {
    return this.request('POST', '/v1/auth/login', {
      json: { username: identifierOf(person), password: person.password },
    });
  }

  getMe(bearer: string, o: RequestOptions = {}): Promise<Reply<CustomerResponse>> {
    return this.request('GET', '/v1/customers/me', { bearer, ...o });
  }

  /** Makes a call and waits for the message that follows it. @param recipient canonical */
  async captureMessage<T>(recipient: string, call: () => Promise<Reply<T>>): Promise<CapturedMessage<T>> {
    const before = (await this.instance.listMessagesTo(recipient)).length;
    const reply = await call();
    const message = await this.#nextMessage(recipient, before);
    return { reply, message, code: extractCode(message) };
  }

  /** Registers and reads the code. @param recipient canonical, where that is not what was typed */
  async createPendingRegistration(
    person: RegistrationInput = newRegistration(),
    recipient = identifierOf(person),
  ): Promise<PendingRegistration> {
    const { reply, message, code } = await this.captureMessage(recipient, () => this.register(person));
    expect(reply.status, reply.text).toBe(201);
    expect(code).toHaveLength(reply.json.codeLength);
    return { person, ticket: reply.json, code, message };
  }

  /** Registers, reads the code and activates. */
  async createCustomer(
    person: RegistrationInput = newRegistration(),
    recipient?: string,
  ): Promise<PendingRegistration & { readonly customer: CustomerResponse; readonly text: string }> {
    const pending = await this.createPendingRegistration(person, recipient);
    const { status, json, text } = await this.activate(person, pending.code);
    expect(status, text).toBe(200);
    return { ...pending, customer: json, text };
  }

  /** Waits until everything that was asked for before has been sent: a later message has arrived. */
  async waitForQueuedMessages(): Promise<void> {
    await this.createPendingRegistration();
    await sleep(100);
  }

  async #nextMessage(to: string, before: number): Promise<DeliveredMessage> {
    for (const deadline = Date.now() + MESSAGE_TIMEOUT_MS; Date.now() < deadline; await sleep(20)) {
      const message = (await this.instance.listMessagesTo(to))[before];
      if (message) return message;
    }
    throw new Error(`no message ${before + 1} to ${to} within ${MESSAGE_TIMEOUT_MS} ms`);
  }
}

/** A message begins with its code, if it has one. */
export const extractCode = ({ text }: DeliveredMessage): string => /^\d{4,8}(?!\d)/.exec(text)?.[0] ?? '';

/** A app of its own for the suite that calls this; it opens before the suite's tests and closes after them. */
export function useTestApp(backend: Backend, env: Settings = {}): TestApp {
  const app = new TestApp();
  beforeAll(async () => app.attach(await backend.start(env)), 90_000);
  afterAll(() => app.close());
  return app;
}
