import { describe, expect, it } from 'vitest';
import { BACKENDS } from './backends.js';
import { codeIn, useHall } from './hall.js';
import { identifierOf, newcomer, withPassword } from './people.js';
import { outcomeOf, problemOf } from './problem-list.js';
import { toldApart } from './told-apart.js';

describe.each(BACKENDS)('the identifier of a customer on $name', (backend) => {
  const hall = useHall(backend);

  it('AC-26 is answered as a new and a pending one: status, headers and body, to the byte', async () => {
    expect(await toldApart(hall)).toEqual([]);
  });

  it('has the id of before, also in mine, and never that of the customer [AC-63]', async () => {
    const { person, ticket, customer } = await hall.customer();
    const decoy = withPassword(person);
    expect((await hall.register(decoy)).json.id).toBe(ticket.id);
    expect((await hall.mine(decoy)).json).toMatchObject({ id: ticket.id, state: 'pending', channel: 'email' });
    expect(customer.id).not.toBe(ticket.id);
  });

  it('gets a code nobody can match: 400 three times, then 410, never 200', async () => {
    const { person } = await hall.customer();
    const decoy = withPassword(person);
    await hall.receive(identifierOf(person), () => hall.register(decoy));
    const { json } = await hall.mine(decoy);
    expect([json.attemptsRemaining, json.codeExpiresAt === null]).toEqual([3, false]);
    for (const attemptsRemaining of [2, 1, 0]) {
      const reply = await hall.activate(decoy, `000${attemptsRemaining}`);
      expect([outcomeOf(reply), problemOf(reply).attemptsRemaining]).toEqual([
        '400 registration.code_wrong',
        attemptsRemaining,
      ]);
    }
    expect(outcomeOf(await hall.activate(decoy, '0003'))).toBe('410 registration.code_expired');
    expect(outcomeOf(await hall.resend(decoy))).toBe('429 registration.resend_too_early');
    expect((await hall.logIn(decoy)).status).toBe(401);
    expect((await hall.logIn(person)).status).toBe(200);
  });

  it('is not opened by a code that its owner has had', async () => {
    const { person, code } = await hall.customer();
    const decoy = withPassword(person);
    await hall.register(decoy);
    expect(outcomeOf(await hall.activate(decoy, code))).toMatch(/^4(00|10) /);
    expect((await hall.logIn(person)).status).toBe(200);
  });

  it('tells its owner, once a day, however many try', async () => {
    const { person } = await hall.customer();
    const { message } = await hall.receive(identifierOf(person), () => hall.register(withPassword(person)));
    expect(codeIn(message)).toBe('');
    expect(`${message.subject} ${message.text}`).toMatch(/already have an account/i);
    await hall.register(withPassword(person));
    await hall.quiet();
    expect(await hall.house.messagesTo(identifierOf(person))).toHaveLength(2);
  });

  it('no message before proof carries a text that a stranger typed', async () => {
    const { person } = await hall.customer();
    const words = { firstName: 'Visit evil.example', lastName: 'Now', locale: 'en-XX' };
    const notice = await hall.receive(identifierOf(person), () => hall.register({ ...withPassword(person), ...words }));
    const code = await hall.pending(newcomer(words));
    for (const { message } of [notice, code]) {
      expect(`${message.subject} ${message.text}`).not.toMatch(/evil|Now|en-XX/);
    }
  });

  it("the customer's own password is 401 on these routes, unless an attempt has it: no oracle, no login", async () => {
    const { person } = await hall.customer();
    await hall.house.loseMemory(); // the receipt of the activation, which has that password, goes with it
    for (const reply of [await hall.mine(person), await hall.activate(person, '0420'), await hall.resend(person)])
      expect(outcomeOf(reply)).toBe('401 auth.invalid_credentials');
    const decoy = withPassword(person);
    await hall.register(decoy);
    expect((await hall.mine(decoy)).json.state).toBe('pending');
    expect((await hall.logIn(person)).status).toBe(200);
    expect((await hall.logIn(decoy)).status).toBe(401);
  });

  it('REGISTRATION_DISCLOSURE=reveal: 409, and 201 for everybody else', async () => {
    const { person, customer } = await hall.customer();
    await hall.program.restart({ REGISTRATION_DISCLOSURE: 'reveal' });
    expect(outcomeOf(await hall.register(withPassword(person)))).toBe('409 registration.identifier_taken');
    expect((await hall.register(newcomer())).status).toBe(201);
    const { json } = await hall.logIn(person);
    expect((await hall.me(json.access_token)).json).toEqual(customer);
  });
});
