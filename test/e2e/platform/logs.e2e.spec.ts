import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RequestOptions } from '../../support/http-message.js';
import { exchangeBytes } from '../../support/keep-alive-connection.js';
import { type Program, startProgram } from '../../support/program.js';
import { randomCredentials, register } from '../../support/registration-requests.js';

const INJECTION = '\n{"level":"fatal","msg":"pwned"}\n';
const LEVELS = ['trace', 'debug', 'info', 'warn', 'error'];

let program: Program;
beforeAll(async () => {
  program = await startProgram({ env: { BCRYPT_COST: '4', LOG_LEVEL: 'trace' } });
});
afterAll(() => program?.dispose());

describe('log lines', () => {
  const asked: (string | null)[] = [];
  const call = async (method: string, path: string, o: RequestOptions = {}): Promise<void> => {
    asked.push((await program.request(method, path, o)).headers.get('x-correlation-id'));
  };

  it('are one JSON object each, whatever a stranger types, from the start to the end', async () => {
    const password = INJECTION.repeat(3);
    await register(program.url, { ...randomCredentials(password), locale: 'en' });
    await call('POST', '/v1/registrations', { json: { email: `a${INJECTION}@example.org`, password } });
    await call('POST', '/v1/registrations', { json: { [INJECTION]: INJECTION } });
    await call('POST', '/v1/registrations', { json: { phone: INJECTION, password, firstName: INJECTION } });
    await call('POST', '/v1/auth/login', { json: { username: INJECTION, password } });
    await call('GET', `/v1/${encodeURIComponent(INJECTION)}`);
    await call('GET', `/v1/customers/me?x=${encodeURIComponent(INJECTION)}`);
    await call('GET', `/dev/messages?to=${encodeURIComponent(INJECTION)}`);
    await call('GET', '/v1/registrations/mine', { basic: [`a@example.org${INJECTION}`, password] });
    const headers = { 'x-correlation-id': '{"level":"fatal"}', 'user-agent': '","level":"fatal', traceparent: '"' };
    await call('GET', '/health', { headers });
    await exchangeBytes(
      program.url,
      [`GET /${INJECTION} HTTP/1.1\r\nHost: x\r\n\r\n`, '\u2028{"level":"fatal"}\u2029'],
      500,
    );
    expect(await program.stop()).toBe(0);

    const lines = program.output().split('\n');
    expect(lines.length).toBeGreaterThan(20);
    const parsed = lines.map(parse);
    expect(parsed.filter(({ level }) => !LEVELS.includes(String(level)))).toEqual([]);
    expect(
      parsed.filter(({ msg, time }) => msg === 'pwned' || typeof msg !== 'string' || typeof time !== 'string'),
    ).toEqual([]);
  });

  it('tell of every answer, with the correlation id of its request', () => {
    const logged = new Set(
      program
        .logs()
        .filter(({ status }) => status !== undefined)
        .map(({ correlationId }) => correlationId),
    );
    expect(asked.length).toBeGreaterThan(8);
    expect(asked.filter((id) => !logged.has(id))).toEqual([]);
  });
});

function parse(line: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return { level: `this is no JSON: ${line.slice(0, 200)}` };
  }
}
