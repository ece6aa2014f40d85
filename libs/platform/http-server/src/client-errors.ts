import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { type DomainError, uuidv7 } from '#kernel';
import {
  headersTooLarge,
  PROBLEM_TYPE,
  requestRejected,
  requestTimeout,
  statusOf,
  toProblem,
  unreadableRequest,
} from '#platform/http';
import { securityHeaders } from './security-headers.js';

/** Handles `clientError`: Node could not parse the request, so there is no reply object. */
export const createClientErrorHandler =
  (publicUrl: string) =>
  (error: NodeJS.ErrnoException, socket: Socket): void => {
    if (!socket.writable) return void socket.destroy();
    const fault = toRequestError(error.code);
    const body = serializeProblem(fault, publicUrl);
    const head = `HTTP/1.1 ${statusOf(fault)} Refused\r\ncontent-type: ${PROBLEM_TYPE}\r\ncontent-length: ${Buffer.byteLength(body)}`;
    const fixed = Object.entries(securityHeaders(publicUrl)).map(([name, value]) => `\r\n${name}: ${value}`);
    socket.end(`${head}${fixed.join('')}\r\nconnection: close\r\n\r\n${body}`);
  };

/** Responds with 417 to an unsupported `Expect`. */
export function rejectExpectations(server: Server, publicUrl: string): void {
  server.on('checkExpectation', (_request, response) => {
    response.writeHead(417, { ...securityHeaders(publicUrl), 'content-type': PROBLEM_TYPE, connection: 'close' });
    response.end(serializeProblem(requestRejected(417), publicUrl));
  });
}

/** Builds the problem without a request. */
export const serializeProblem = (fault: DomainError, publicUrl: string): string =>
  JSON.stringify(toProblem(fault, publicUrl, '/', uuidv7(Date.now())));

function toRequestError(code: string | undefined): DomainError {
  if (code === 'HPE_HEADER_OVERFLOW') return headersTooLarge();
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? requestTimeout() : unreadableRequest();
}
