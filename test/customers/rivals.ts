import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import { countCustomers } from '../replicas/checks.js';
import type { House } from '../replicas/house.js';
import {
  activate,
  codeIn,
  codeOf,
  customerIdOf,
  type Person,
  register,
  stranger,
  type Ticket,
} from '../replicas/people.js';
import type { Members, Shown } from './members.js';

/** People who want the same identifier at the same moment, over two replicas; `admin` deletes and restores. */
export class Rivals {
  constructor(
    private readonly house: House,
    private readonly members: Members,
    private readonly admin: string,
  ) {}

  /** Somebody who has the code and will be this customer, and who types the same address with another password. */
  async pair(): Promise<{ mia: Person; id: string; code: string; eve: Person }> {
    const mia = stranger();
    const ticket = await register(this.members.here, mia);
    const code = await codeOf(this.house.mails, mia, ticket);
    const id = await customerIdOf(this.house, ticket);
    return { mia, id, code, eve: { ...mia, password: stranger().password } };
  }

  delete(id: string) {
    return this.members.call('DELETE', id, this.admin, undefined, { base: this.members.there });
  }

  restore(id: string) {
    return this.members.call('POST', `${id}/restore`, this.admin, undefined, { base: this.members.there });
  }

  /** The moment he is there. */
  async deleteAtOnce(id: string) {
    for (const deadline = Date.now() + 10_000; ; await pause(1)) {
      const reply = await this.delete(id);
      if (reply.status !== 404 || Date.now() > deadline) return reply;
    }
  }

  /** With the code that he was sent, if he was. Null when he is not let in. */
  async enters(person: Person, { reference }: Ticket): Promise<string | null> {
    await this.house.drained();
    const sent = this.house.mails.messages.find(
      ({ to, text }) => to.includes(person.email) && text.includes(reference),
    );
    const { status, json } = await activate(this.members.here, person, sent ? codeIn(sent) : '0000');
    if (status === 200) return (json as Shown).id;
    expect([400, 401, 410]).toContain(status);
    return null;
  }

  /** One living customer has the identifier: he, by this id and this password. */
  async isHis(person: Person, id: string): Promise<void> {
    expect(await countCustomers(this.house.database, person.email, 'living')).toBe(1);
    expect((await this.members.call('GET', id, this.admin)).json).toMatchObject({ id, email: person.email });
    const bearer = await this.members.tokenOf(person, this.members.there);
    expect((await this.members.call('GET', 'me', bearer)).json.id).toBe(id);
  }

  async isGone(person: Person, id: string): Promise<void> {
    expect((await this.members.call('GET', id, this.admin)).status).toBe(404);
    expect((await this.members.logIn(person.email, person.password)).status).toBe(401);
  }
}
