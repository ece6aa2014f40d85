import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runDocumentedCommands } from './documented-commands.js';

const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const page = readFileSync('README.md', 'utf8');

/** What the README says that the last of its lines answers. */
function shownAnswer(): Readonly<Record<string, unknown>> {
  const [, text = ''] = /^The last line answers:\n\n```json\n(.+)\n```$/m.exec(page) ?? [];
  return JSON.parse(text) as Record<string, unknown>;
}

describe('the README', () => {
  it('makes a customer and a login with its lines, as they stand there, and shows what is answered', async () => {
    const { answers, program } = await runDocumentedCommands('README.md', 'first-customer');
    const [ticket, customer, me] = answers;
    expect(ticket).toMatchObject({ channel: 'email', codeLength: 4 });
    expect(ticket?.['id']).not.toBe(customer?.['id']);
    expect(me).toMatchObject({ id: customer?.['id'], email: 'ada@example.org', status: 'active', verifiedBy: 'code' });
    const shown = shownAnswer();
    expect(Object.keys(shown)).toEqual(Object.keys(me ?? {}));
    for (const answer of [shown, me])
      expect(answer).toEqual({
        ...me,
        id: expect.stringMatching(UUID_V4),
        createdAt: expect.stringMatching(TIME),
        updatedAt: expect.stringMatching(TIME),
      });
    await program.dispose();
  });

  it('shows ids of customers in events as they are', () => {
    const [, subject] = /^ {2}subject +(\S+)$/m.exec(page) ?? [];
    const [, id] = /^ {2}data +id: "(\S+)"$/m.exec(page) ?? [];
    expect([subject, id]).toEqual([expect.stringMatching(UUID_V4), subject]);
  });
});
