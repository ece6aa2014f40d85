import { expect } from 'vitest';
import type { Reply } from './http-message.js';
import type { Program } from './program.js';

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly code: string;
  readonly traceId: string;
  readonly errors?: readonly { readonly pointer: string; readonly code: string; readonly detail: string }[];
  readonly attemptsRemaining?: number;
}

interface CatalogEntry {
  readonly code: string;
  readonly status: number;
  readonly title: string;
}

/** RFC 9457 as the contract has it: every code in an answer is on `GET /problems`, with that status and title. */
export class ProblemCatalog {
  #entries = new Map<string, CatalogEntry>();
  #publicUrl = '';

  async load(program: Program): Promise<void> {
    const { json } = await program.request<{ items: CatalogEntry[] }>('GET', '/problems');
    this.#entries = new Map(json.items.map((entry) => [entry.code, entry]));
    this.#publicUrl = program.env['PUBLIC_URL'] ?? program.url;
  }

  assertListed<T>(reply: Reply<T>, path: string): Reply<T> {
    if (reply.status < 400 || path.startsWith('/health')) return reply;
    const problem = reply.json as Problem | undefined;
    expect(reply.headers.get('content-type'), reply.text).toMatch(/^application\/problem\+json\b/);
    const { code = '' } = problem ?? {};
    expect(problem, reply.text).toMatchObject({
      ...this.#entries.get(code),
      type: `${this.#publicUrl}/problems#${code}`,
      status: reply.status,
      code: expect.stringMatching(/^[a-z_]+\.[a-z_]+$/),
      detail: expect.stringMatching(/\S/),
      instance: path.split('?', 1)[0],
      traceId: expect.stringMatching(/\S/),
    });
    expect([...this.#entries.keys()]).toContain(code);
    expect(reply.status, reply.text).not.toBe(500);
    return reply;
  }
}

export const parseProblem = ({ json }: Reply): Problem => json as Problem;

/** Status and code, the two that callers act on. */
export const statusAndCode = (reply: Reply): string =>
  reply.status < 400 ? String(reply.status) : `${reply.status} ${parseProblem(reply).code}`;
