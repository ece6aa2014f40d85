import { describe, expect, it } from 'vitest';
import { answersTo } from './answers.js';

describe('the README', () => {
  it('makes a customer and a login with its lines, as they stand there', async () => {
    const { answers, program } = await answersTo('README.md', 'first-customer');
    const [ticket, customer, me] = answers;
    expect(ticket).toMatchObject({ channel: 'email', codeLength: 4 });
    expect(ticket?.['id']).not.toBe(customer?.['id']);
    expect(me).toMatchObject({ id: customer?.['id'], email: 'ada@example.org', status: 'active', verifiedBy: 'code' });
    await program.dispose();
  });
});
