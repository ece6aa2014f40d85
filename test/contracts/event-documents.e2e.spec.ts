import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Program, startProgram } from '../support/program.js';
import { publishedSchemas } from './schemas.js';

describe('the documents about events', () => {
  let program: Program;
  beforeAll(async () => {
    program = await startProgram();
  });
  afterAll(() => program?.dispose());

  it('are there for machines', async () => {
    const { status, json, headers } = await program.request<{ asyncapi: string }>('GET', '/docs/asyncapi.json');
    expect([status, json.asyncapi, headers.get('content-type')]).toEqual([
      200,
      '3.0.0',
      expect.stringMatching(/^application\/json/),
    ]);
    expect(Object.keys(json)).toEqual(expect.arrayContaining(['channels', 'operations', 'components']));
  });

  it('are there for people, and load nothing', async () => {
    const { status, text, headers } = await program.request('GET', '/docs/events');
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-[^']+';/);
    expect(text).not.toMatch(/<script|<img|<link|style="|javascript:/);
    for (const { type } of publishedSchemas()) {
      expect(text).toContain(`id="${type}"`);
      expect(text).toContain(`href="events/${type}.schema.json"`);
    }
  });

  it.each(publishedSchemas())('the schema of $type is the published one', async ({ type, schema }) => {
    const { status, json, headers } = await program.request('GET', `/docs/events/${type}.schema.json`);
    expect([status, json]).toEqual([200, schema]);
    expect(headers.get('content-type')).toMatch(/^application\/schema\+json\b/);
  });

  it.each(['customer.created.v2.schema.json', 'customer.created.v1', 'constructor', '..%2f..%2fpackage.json'])(
    'there is no schema %s',
    async (file) => {
      expect((await program.request('GET', `/docs/events/${file}`)).status).toBe(404);
    },
  );
});
