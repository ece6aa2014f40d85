import { execFile } from 'node:child_process';
import { randomInt, randomUUID } from 'node:crypto';
import path from 'node:path';
import { promisify } from 'node:util';
import { type House, openHouse } from '../replicas/house.js';
import { codeOf, type Person, register, stranger } from '../replicas/people.js';
import { ROOT } from '../support/built.js';
import { type Reply, type RequestOptions, send } from '../support/http-message.js';

export interface Member {
  readonly person: Person;
  readonly id: string;
  readonly bearer: string;
  readonly refresh: string;
}

export interface Shown {
  readonly id: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly document: string | null;
  readonly version: number;
  readonly code?: string;
  readonly [field: string]: unknown;
}

interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
}

/** Two replicas, a broker, and an administrator's token. */
export async function openMembers(env: Readonly<Record<string, string>> = {}) {
  const all = { PUBLIC_URL: 'https://foyer.example', ...env };
  const house = await openHouse({ runs: ['all', 'api'], broker: true, env: all });
  const members = new Members(house);
  return { house, members, admin: await members.administrator() };
}

/** What people do at the doors of a house with several replicas. */
export class Members {
  constructor(private readonly house: House) {}

  get here(): string {
    return this.house.urls[0] ?? '';
  }

  /** Another replica, where there is one. */
  get there(): string {
    return this.house.urls.at(-1) ?? '';
  }

  logIn(username: string, password: string, base = this.here): Promise<Reply<Tokens>> {
    return send<Tokens>(`${base}/v1/auth/login`, 'POST', { json: { username, password } });
  }

  /** An access token of a session of his own. */
  async tokenOf({ email, password }: Person, base = this.here): Promise<string> {
    const { status, json, text } = await this.logIn(email, password, base);
    if (status !== 200) throw new Error(`login answered ${status} ${text}`);
    return json.access_token;
  }

  async signUp(person: Person = stranger()): Promise<Member> {
    const ticket = await register(this.here, person);
    const json = { code: await codeOf(this.house.mails, person, ticket) };
    const basic = [person.email, person.password] as const;
    const url = `${this.here}/v1/registrations/activate?tokens=true`;
    const { status, text, json: made } = await send<{ id: string; tokens: Tokens }>(url, 'POST', { basic, json });
    if (status !== 200) throw new Error(`activate answered ${status} ${text}`);
    const { access_token: bearer, refresh_token: refresh } = made.tokens;
    return { person, id: made.id, bearer, refresh };
  }

  async administrator(): Promise<string> {
    const email = `${randomUUID()}@example.org`;
    const script = path.join(ROOT, 'dist/apps/server/src/admin.js');
    const o = { env: this.house.env, timeout: 20_000 };
    const { stdout } = await promisify(execFile)(process.execPath, [script, email], o);
    const once = stdout.split(/\s/)[1] ?? '';
    const bearer = (await this.logIn(email, once)).json.access_token;
    const json = { currentPassword: once, newPassword: `of the admin ${randomUUID()}` };
    await send(`${this.here}/v1/auth/password`, 'PUT', { bearer, json });
    return this.tokenOf({ email, password: json.newPassword });
  }

  async clerk(admin: string): Promise<Member> {
    const member = await this.signUp();
    await this.call('PUT', `${member.id}/roles`, admin, { roles: ['customer', 'staff'] });
    return { ...member, bearer: await this.tokenOf(member.person) };
  }

  /** Below /v1/customers. */
  call(method: string, below: string, bearer: string, json?: object, o: RequestOptions & { base?: string } = {}) {
    const { base = this.here, ...options } = o;
    return send<Shown>(`${base}/v1/customers/${below}`, method, { bearer, ...(json ? { json } : {}), ...options });
  }
}

/** A valid CPF, punctuated. */
export function freshCpf(): string {
  const digits = Array.from({ length: 9 }, () => randomInt(10));
  for (const first of [10, 11]) {
    const rest = digits.reduce((sum, digit, at) => sum + digit * (first - at), 0) % 11;
    digits.push(rest < 2 ? 0 : 11 - rest);
  }
  return digits.join('').replace(/^(...)(...)(...)(..)$/, '$1.$2.$3-$4');
}

export const bare = (cpf: string): string => cpf.replace(/[.-]/g, '');
