import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect } from 'vitest';
import type { Reply, RequestOptions } from '../support/http-message.js';
import type { Program } from '../support/program.js';
import type { Backend, House, Message, Services, Settings } from './backends.js';
import { basicOf, identifierOf, newcomer, type Person } from './people.js';
import { ProblemList } from './problem-list.js';

export interface Ticket {
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

export interface Mine {
  readonly id: string;
  readonly attemptId: string;
  readonly state: 'pending' | 'active';
  readonly channel: 'email' | 'sms';
  readonly codeLength: number;
  readonly codeExpiresAt: string | null;
  readonly resendAt: string;
  readonly attemptsRemaining: number;
}

export interface Customer {
  readonly id: string;
  readonly [field: string]: unknown;
}

export interface Token {
  readonly access_token: string;
}

/** What came of a call that sends a code. */
export interface Received<T> {
  readonly reply: Reply<T>;
  readonly message: Message;
  /** '' in a message without one. */
  readonly code: string;
}

export interface Pending {
  readonly person: Person;
  readonly ticket: Ticket;
  readonly code: string;
  readonly message: Message;
}

const MESSAGE_TIMEOUT_MS = 10_000;

/** The entrance hall as people use it. Every answer that tells of a problem is checked against the list of problems. */
export class Hall {
  #house: House | undefined;
  readonly #problems = new ProblemList();

  get house(): House {
    if (!this.#house) throw new Error('the hall opens in beforeAll');
    return this.#house;
  }

  get program(): Program {
    return this.house.program;
  }

  /** @throws Error on the embedded default */
  get services(): Services {
    if (!this.house.services) throw new Error('the embedded default has no services');
    return this.house.services;
  }

  async open(house: House): Promise<void> {
    this.#house = house;
    await this.#problems.read(house.program);
  }

  async close(): Promise<void> {
    await this.#house?.dispose();
  }

  async request<T = unknown>(method: string, path: string, o?: RequestOptions): Promise<Reply<T>> {
    return this.#problems.check(await this.program.request<T>(method, path, o), path);
  }

  register(person: object, o: RequestOptions = {}): Promise<Reply<Ticket>> {
    return this.request('POST', '/v1/registrations', { json: person, ...o });
  }

  mine(person: Person, o: RequestOptions = {}): Promise<Reply<Mine>> {
    return this.request('GET', '/v1/registrations/mine', { basic: basicOf(person), ...o });
  }

  activate(person: Person, code: unknown, o: RequestOptions = {}): Promise<Reply<Customer>> {
    return this.request('POST', '/v1/registrations/activate', { basic: basicOf(person), json: { code }, ...o });
  }

  resend(person: Person, o: RequestOptions = {}): Promise<Reply<Ticket>> {
    return this.request('POST', '/v1/registrations/resend-code', { basic: basicOf(person), ...o });
  }

  logIn(person: Person): Promise<Reply<Token>> {
    return this.request('POST', '/v1/auth/login', {
      json: { username: identifierOf(person), password: person.password },
    });
  }

  me(bearer: string, o: RequestOptions = {}): Promise<Reply<Customer>> {
    return this.request('GET', '/v1/customers/me', { bearer, ...o });
  }

  /** Makes a call and waits for the message that follows it. @param to canonical */
  async receive<T>(to: string, call: () => Promise<Reply<T>>): Promise<Received<T>> {
    const before = (await this.house.messagesTo(to)).length;
    const reply = await call();
    const message = await this.#nextMessage(to, before);
    return { reply, message, code: codeIn(message) };
  }

  /** Registers and reads the code. @param to canonical, where that is not what was typed */
  async pending(person: Person = newcomer(), to = identifierOf(person)): Promise<Pending> {
    const { reply, message, code } = await this.receive(to, () => this.register(person));
    expect(reply.status, reply.text).toBe(201);
    expect(code).toHaveLength(reply.json.codeLength);
    return { person, ticket: reply.json, code, message };
  }

  /** Registers, reads the code and activates. */
  async customer(
    person: Person = newcomer(),
    to?: string,
  ): Promise<Pending & { readonly customer: Customer; readonly text: string }> {
    const pending = await this.pending(person, to);
    const { status, json, text } = await this.activate(person, pending.code);
    expect(status, text).toBe(200);
    return { ...pending, customer: json, text };
  }

  /** Waits until everything that was asked for before has been sent: a later message has arrived. */
  async quiet(): Promise<void> {
    await this.pending();
    await sleep(100);
  }

  async #nextMessage(to: string, before: number): Promise<Message> {
    for (const deadline = Date.now() + MESSAGE_TIMEOUT_MS; Date.now() < deadline; await sleep(20)) {
      const message = (await this.house.messagesTo(to))[before];
      if (message) return message;
    }
    throw new Error(`no message ${before + 1} to ${to} within ${MESSAGE_TIMEOUT_MS} ms`);
  }
}

/** A message begins with its code, if it has one. */
export const codeIn = ({ text }: Message): string => /^\d{4,8}(?!\d)/.exec(text)?.[0] ?? '';

/** A hall of its own for the suite that calls this; it opens before the suite's tests and closes after them. */
export function useHall(backend: Backend, env: Settings = {}): Hall {
  const hall = new Hall();
  beforeAll(async () => hall.open(await backend.open(env)), 90_000);
  afterAll(() => hall.close());
  return hall;
}
