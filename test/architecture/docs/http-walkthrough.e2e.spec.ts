import { describe, expect, it } from 'vitest';
import { runDocumentedCommands } from './documented-commands.js';

describe('the walk in docs/http.md', () => {
  it('leads from registration to sign-out with its lines, as they stand there', async () => {
    const { answers, program } = await runDocumentedCommands('docs/http.md', 'walk');
    const refused = { status: 401, code: 'auth.invalid_credentials' };
    expect(answers).toMatchObject([
      { channel: 'email', codeLength: 4 },
      { email: 'grace@example.org', status: 'active' },
      { email: 'grace@example.org', status: 'active' },
      { items: [{ current: true }] },
      { status: 204 },
      refused,
      refused,
    ]);
    await program.dispose();
  });
});
