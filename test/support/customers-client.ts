import { execFile } from 'node:child_process';
import { randomInt, randomUUID } from 'node:crypto';
import path from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './ensure-built.js';
import { type Reply, type RequestOptions, send } from './http-message.js';
import { type Credentials, randomCredentials, register, waitForCode } from './registration-requests.js';
import { startDeployment, type TestDeployment } from './test-deployment.js';

export interface SignedUpCustomer {
  readonly person: Credentials;
  readonly id: string;
  readonly bearer: string;
  readonly refresh: string;
}

export interface CustomerResponse {
  readonly id: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly document: string | null;
  readonly version: number;
  readonly code?: string;
  readonly [field: string]: unknown;
}

interface TokenResponse {
  readonly access_token: string;
  readonly refresh_token: string;
}

/** Two replicas, a broker, and an administrator's token. */
export async function startCustomersDeployment(env: Readonly<Record<string, string>> = {}) {
  const all = { PUBLIC_URL: 'https://foyer.example', ...env };
  const deployment = await startDeployment({ roles: ['all', 'api'], broker: true, env: all });
  const members = new CustomersClient(deployment);
  return { deployment, members, admin: await members.createAdministrator() };
}

/** What people do at the doors of a deployment with several replicas. */
export class CustomersClient {
  constructor(private readonly deployment: TestDeployment) {}

  get firstReplicaUrl(): string {
    return this.deployment.urls[0] ?? '';
  }

  /** Another replica, where there is one. */
  get lastReplicaUrl(): string {
    return this.deployment.urls.at(-1) ?? '';
  }

  logIn(username: string, password: string, base = this.firstReplicaUrl): Promise<Reply<TokenResponse>> {
    return send<TokenResponse>(`${base}/v1/auth/login`, 'POST', { json: { username, password } });
  }

  /** An access token of a session of his own. */
  async signInForAccessToken({ email, password }: Credentials, base = this.firstReplicaUrl): Promise<string> {
    const { status, json, text } = await this.logIn(email, password, base);
    if (status !== 200) throw new Error(`login answered ${status} ${text}`);
    return json.access_token;
  }

  async createCustomer(person: Credentials = randomCredentials()): Promise<SignedUpCustomer> {
    const ticket = await register(this.firstReplicaUrl, person);
    const json = { code: await waitForCode(this.deployment.mails, person, ticket) };
    const basic = [person.email, person.password] as const;
    const url = `${this.firstReplicaUrl}/v1/registrations/activate?tokens=true`;
    const {
      status,
      text,
      json: made,
    } = await send<{ id: string; tokens: TokenResponse }>(url, 'POST', { basic, json });
    if (status !== 200) throw new Error(`activate answered ${status} ${text}`);
    const { access_token: bearer, refresh_token: refresh } = made.tokens;
    return { person, id: made.id, bearer, refresh };
  }

  async createAdministrator(): Promise<string> {
    const email = `${randomUUID()}@example.org`;
    const script = path.join(ROOT, 'dist/apps/server/src/admin.js');
    const o = { env: this.deployment.env, timeout: 20_000 };
    const { stdout } = await promisify(execFile)(process.execPath, [script, email], o);
    const once = stdout.split(/\s/)[1] ?? '';
    const bearer = (await this.logIn(email, once)).json.access_token;
    const json = { currentPassword: once, newPassword: `of the admin ${randomUUID()}` };
    await send(`${this.firstReplicaUrl}/v1/auth/password`, 'PUT', { bearer, json });
    return this.signInForAccessToken({ email, password: json.newPassword });
  }

  async createStaffMember(admin: string): Promise<SignedUpCustomer> {
    const member = await this.createCustomer();
    await this.callCustomers('PUT', `${member.id}/roles`, admin, { roles: ['customer', 'staff'] });
    return { ...member, bearer: await this.signInForAccessToken(member.person) };
  }

  /** Below /v1/customers. */
  callCustomers(
    method: string,
    below: string,
    bearer: string,
    json?: object,
    o: RequestOptions & { base?: string } = {},
  ) {
    const { base = this.firstReplicaUrl, ...options } = o;
    return send<CustomerResponse>(`${base}/v1/customers/${below}`, method, {
      bearer,
      ...(json ? { json } : {}),
      ...options,
    });
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

export const stripPunctuation = (cpf: string): string => cpf.replace(/[.-]/g, '');
