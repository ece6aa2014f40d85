import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exchangeBytes, firstReply } from '../support/keep-alive-connection.js';
import { findProblemFaults, listUnexpectedErrors } from '../support/problem-checks.js';
import { type Program, startProgram } from '../support/program.js';

let program: Program;
beforeAll(async () => {
  program = await startProgram({ env: { BCRYPT_COST: '4' } });
});
afterAll(() => program?.dispose());

const requestHead = (...lines: string[]): string =>
  ['POST /v1/registrations HTTP/1.1', 'Host: x', 'Content-Type: application/json', ...lines, '', ''].join('\r\n');
/** Would be answered 200 if somebody took it for a request of its own. */
const HIDDEN = 'GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n';

const MALFORMED: readonly (readonly [string, string])[] = [
  ['two lengths that differ', `${requestHead('Content-Length: 2', 'Content-Length: 40')}{}${HIDDEN}`],
  ['two lengths that agree', `${requestHead('Content-Length: 2', 'Content-Length: 2')}{}${HIDDEN}`],
  ['two lengths in one header', `${requestHead('Content-Length: 2, 40')}{}${HIDDEN}`],
  ['a length and chunks', `${requestHead('Content-Length: 5', 'Transfer-Encoding: chunked')}0\r\n\r\n${HIDDEN}`],
  ['chunks and a length', `${requestHead('Transfer-Encoding: chunked', 'Content-Length: 5')}0\r\n\r\n${HIDDEN}`],
  ['a negative length', `${requestHead('Content-Length: -1')}${HIDDEN}`],
  ['a length with a sign', `${requestHead('Content-Length: +2')}{}${HIDDEN}`],
  ['a length in hexadecimal', `${requestHead('Content-Length: 0x2')}{}${HIDDEN}`],
  ['a length with a fraction', `${requestHead('Content-Length: 2.0')}{}${HIDDEN}`],
  ['no number as a length', `${requestHead('Content-Length: two')}{}${HIDDEN}`],
  ['an unknown coding', `${requestHead('Transfer-Encoding: xchunked')}0\r\n\r\n${HIDDEN}`],
  ['a coding behind chunked', `${requestHead('Transfer-Encoding: chunked, identity')}0\r\n\r\n${HIDDEN}`],
  ['two codings', `${requestHead('Transfer-Encoding: chunked', 'Transfer-Encoding: identity')}0\r\n\r\n${HIDDEN}`],
  ['a blank before the colon', `${requestHead('Transfer-Encoding : chunked')}0\r\n\r\n${HIDDEN}`],
  ['a folded header', `${requestHead('Content-Length: 2', 'X-A: 1', ' Transfer-Encoding: chunked')}{}${HIDDEN}`],
  ['a chunk size that is none', `${requestHead('Transfer-Encoding: chunked')}xyz\r\n{}\r\n0\r\n\r\n${HIDDEN}`],
  [
    'a chunk size without an end',
    `${requestHead('Transfer-Encoding: chunked')}${'f'.repeat(40)}\r\n{}\r\n0\r\n\r\n${HIDDEN}`,
  ],
  ['a chunk longer than told', `${requestHead('Transfer-Encoding: chunked')}2\r\n{}}}\r\n0\r\n\r\n${HIDDEN}`],
  ['a NUL in a header', `${requestHead('X-A: a\0b', 'Content-Length: 2')}{}${HIDDEN}`],
  ['a bare CR in a header', `${requestHead('X-A: a\rContent-Length: 40', 'Content-Length: 2')}{}${HIDDEN}`],
  ['a blank in a header name', `${requestHead('X A: 1', 'Content-Length: 2')}{}${HIDDEN}`],
  ['a header without a name', `${requestHead(': 1', 'Content-Length: 2')}{}${HIDDEN}`],
  ['an unknown method', HIDDEN.replace('GET', 'GOT') + HIDDEN],
  ['an unknown version', HIDDEN.replace('1.1', '9.9') + HIDDEN],
  ['HTTP/2 without asking', `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${HIDDEN}`],
  ['a TLS greeting', `\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03${HIDDEN}`],
  ['a blank in the address', HIDDEN.replace('/health', '/heal th') + HIDDEN],
  ['no Host', `GET /health/live HTTP/1.1\r\n\r\n${HIDDEN}`],
];

describe('bytes that two servers could read in two ways', () => {
  it.each(MALFORMED)('%s: 400, and nothing behind it is read', async (_, bytes) => {
    const answer = await exchangeBytes(program.url, [Buffer.from(bytes, 'latin1')]);
    expect({ statuses: answer.statuses, closed: answer.closed }).toEqual({ statuses: [400], closed: true });
    expect(findProblemFaults(firstReply(answer))).toEqual([]);
  });

  it('an expectation nobody can meet is 417 as a problem document', async () => {
    const answer = await exchangeBytes(program.url, [
      HIDDEN.replace('\r\n\r\n', '\r\nExpect: tea\r\nConnection: close\r\n\r\n'),
    ]);
    expect(answer.statuses).toEqual([417]);
    expect(findProblemFaults(firstReply(answer))).toEqual([]);
  });

  it('two requests in one go are two answers', async () => {
    const answer = await exchangeBytes(program.url, [
      HIDDEN + HIDDEN.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'),
    ]);
    expect(answer).toMatchObject({ statuses: [200, 200], closed: true });
  });

  it('a body nobody asked for does not become a request', async () => {
    const get = `GET /health/live HTTP/1.1\r\nHost: x\r\nContent-Length: ${HIDDEN.length}\r\nConnection: close\r\n\r\n`;
    expect((await exchangeBytes(program.url, [get + HIDDEN])).statuses).toHaveLength(1);
  });

  it('a method in a header is only a header', async () => {
    const login = HIDDEN.replace('GET /health/live', 'GET /v1/auth/login').replace(
      '\r\n\r\n',
      '\r\nX-HTTP-Method-Override: POST\r\nX-Method-Override: POST\r\nX-Original-URL: /health\r\nConnection: close\r\n\r\n',
    );
    expect((await exchangeBytes(program.url, [login])).statuses).toEqual([405]);
  });

  it('leave the program unharmed', async () => {
    expect(program.running).toBe(true);
    expect((await program.request('GET', '/health/ready')).status).toBe(200);
    expect(listUnexpectedErrors(program)).toEqual([]);
  });
});
