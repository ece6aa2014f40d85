import type { FastifyInstance, FastifyRequest } from 'fastify';
import { unsupportedMediaType } from './http-errors.js';
import { parseStrictJson } from './strict-json.js';

/** A body that is not acceptable JSON. It is passed on to the guards, so that 401 and 403 take precedence over 400. */
export class InvalidBody {
  constructor(readonly tooComplex: boolean) {}
}

const JSON_TYPE = /^application\/json(?: *; *charset="?utf-8"?)?$/i;
/** The media type of a PATCH body (RFC 7396). */
const MERGE_PATCH_TYPE = /^application\/merge-patch\+json$/i;

export function useStrictBodyParser(fastify: FastifyInstance, bodyLimit: number): void {
  fastify.removeAllContentTypeParsers();
  const types = ['application/json', 'application/merge-patch+json'];
  fastify.addContentTypeParser(types, { parseAs: 'buffer', bodyLimit }, (request, body, done) => {
    if (!isReadable(request)) return done(unsupportedMediaType());
    if (body.length === 0) return done(null, undefined);
    const parsed = parseStrictJson(body as Buffer);
    if ('value' in parsed) return done(null, parsed.value);
    done(null, new InvalidBody(parsed.fault === 'too_deep' || parsed.fault === 'too_many_keys'));
  });
}

/** Rejects any Content-Encoding, even when the body is not compressed (RFC 9110, 8.4). */
function isReadable({ method, headers }: FastifyRequest): boolean {
  const type = headers['content-type'] ?? '';
  const isPlain = /^(identity)?$/i.test(headers['content-encoding'] ?? '');
  return isPlain && (JSON_TYPE.test(type) || (method === 'PATCH' && MERGE_PATCH_TYPE.test(type)));
}
