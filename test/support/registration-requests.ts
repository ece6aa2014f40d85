import { randomUUID } from 'node:crypto';
import { type Reply, send } from './http-message.js';
import type { RaceRequest } from './race.js';
import type { Mail, SmtpSink } from './smtp-sink.js';
import type { TestDatabase } from './test-database.js';

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

export interface RegistrationResponse {
  readonly id: string;
  readonly attemptId: string;
  readonly reference: string;
}

export const randomCredentials = (password = `a long enough password ${randomUUID()}`): Credentials => ({
  email: `${randomUUID()}@example.org`,
  password,
});

/** Registers, and fails loudly if that is not answered with 201. */
export async function register(base: string, person: object): Promise<RegistrationResponse> {
  const { status, json, text } = await send<RegistrationResponse>(`${base}/v1/registrations`, 'POST', { json: person });
  if (status !== 201) throw new Error(`register answered ${status} ${text}`);
  return json;
}

/** The id that the person of an attempt has, or will have, as a customer: told to others by the start of the attempt. */
export async function findReservedCustomerId(
  { database }: { readonly database: TestDatabase },
  { attemptId }: RegistrationResponse,
): Promise<string> {
  const sql = 'select aggregate_id as id from outbox where event_id = $1';
  const [row] = (await database.query<{ id: string }>(sql, [attemptId])).rows;
  if (!row) throw new Error(`attempt ${attemptId} was never started`);
  return row.id;
}

/** The code in a message. */
export function extractCode({ subject, text }: Pick<Mail, 'subject' | 'text'>): string {
  const code = /\b\d{4,8}\b/.exec(`${subject}\n${text}`)?.[0];
  if (!code) throw new Error(`no code in: ${subject}\n${text}`);
  return code;
}

/** The code that was sent for this attempt; its reference tells it from those of other attempts. */
export async function waitForCode(
  mails: SmtpSink,
  { email }: Credentials,
  { reference }: RegistrationResponse,
): Promise<string> {
  const fits = (mail: Mail): boolean => mail.to.includes(email) && mail.text.includes(reference);
  return extractCode(await mails.waitFor(fits, 10_000));
}

/** So many codes, all of them wrong and no two alike. */
export function wrongCodes(right: string, count: number): string[] {
  const range = 10 ** right.length;
  return Array.from({ length: count }, (_, i) => String((Number(right) + 1 + i) % range).padStart(right.length, '0'));
}

export const activationRequest = ({ email, password }: Credentials, code: string): RaceRequest => ({
  method: 'POST',
  path: '/v1/registrations/activate',
  basic: [email, password],
  json: { code },
  timeoutMs: 20_000,
});

export const registrationRequest = (person: Credentials): RaceRequest => ({
  method: 'POST',
  path: '/v1/registrations',
  json: person,
  timeoutMs: 20_000,
});

export const activate = (base: string, person: Credentials, code: string): Promise<Reply> => {
  const { method, path, ...o } = activationRequest(person, code);
  return send(base + path, method, o);
};

export const logIn = (base: string, { email, password }: Credentials): Promise<Reply> =>
  send(`${base}/v1/auth/login`, 'POST', { json: { username: email, password } });
