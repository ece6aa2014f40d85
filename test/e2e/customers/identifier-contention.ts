import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import type { CustomerResponse, CustomersClient } from '../../support/customers-client.js';
import { countCustomers } from '../../support/invariant-checks.js';
import {
  activate,
  type Credentials,
  extractCode,
  findReservedCustomerId,
  type RegistrationResponse,
  randomCredentials,
  register,
  waitForCode,
} from '../../support/registration-requests.js';
import type { TestDeployment } from '../../support/test-deployment.js';

/** People who want the same identifier at the same moment, over two replicas; `admin` deletes and restores. */
export class IdentifierContention {
  constructor(
    private readonly deployment: TestDeployment,
    private readonly customersClient: CustomersClient,
    private readonly admin: string,
  ) {}

  /** Somebody who has the code and will be this customer, and who types the same address with another password. */
  async createContenders(): Promise<{ mia: Credentials; id: string; code: string; eve: Credentials }> {
    const mia = randomCredentials();
    const ticket = await register(this.customersClient.firstReplicaUrl, mia);
    const code = await waitForCode(this.deployment.mails, mia, ticket);
    const id = await findReservedCustomerId(this.deployment, ticket);
    return { mia, id, code, eve: { ...mia, password: randomCredentials().password } };
  }

  deleteCustomer(id: string) {
    return this.customersClient.callCustomers('DELETE', id, this.admin, undefined, {
      base: this.customersClient.lastReplicaUrl,
    });
  }

  restoreCustomer(id: string) {
    return this.customersClient.callCustomers('POST', `${id}/restore`, this.admin, undefined, {
      base: this.customersClient.lastReplicaUrl,
    });
  }

  /** The moment he is there. */
  async deleteAsSoonAsCreated(id: string) {
    for (const deadline = Date.now() + 10_000; ; await pause(1)) {
      const reply = await this.deleteCustomer(id);
      if (reply.status !== 404 || Date.now() > deadline) return reply;
    }
  }

  /** With the code that he was sent, if he was. Null when he is not let in. */
  async tryActivate(person: Credentials, { reference }: RegistrationResponse): Promise<string | null> {
    await this.deployment.waitUntilDrained();
    const sent = this.deployment.mails.messages.find(
      ({ to, text }) => to.includes(person.email) && text.includes(reference),
    );
    const { status, json } = await activate(
      this.customersClient.firstReplicaUrl,
      person,
      sent ? extractCode(sent) : '0000',
    );
    if (status === 200) return (json as CustomerResponse).id;
    expect([400, 401, 410]).toContain(status);
    return null;
  }

  /** One living customer has the identifier: he, by this id and this password. */
  async expectOwner(person: Credentials, id: string): Promise<void> {
    expect(await countCustomers(this.deployment.database, person.email, 'living')).toBe(1);
    expect((await this.customersClient.callCustomers('GET', id, this.admin)).json).toMatchObject({
      id,
      email: person.email,
    });
    const bearer = await this.customersClient.signInForAccessToken(person, this.customersClient.lastReplicaUrl);
    expect((await this.customersClient.callCustomers('GET', 'me', bearer)).json.id).toBe(id);
  }

  async expectDeleted(person: Credentials, id: string): Promise<void> {
    expect((await this.customersClient.callCustomers('GET', id, this.admin)).status).toBe(404);
    expect((await this.customersClient.logIn(person.email, person.password)).status).toBe(401);
  }
}
