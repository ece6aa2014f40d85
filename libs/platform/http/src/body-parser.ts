import type { FastifyInstance, FastifyRequest } from 'fastify';
import { unsupportedMediaType } from './http-errors.js';
import { parseStrictJson } from './strict-json.js';

/** A body that is not JSON we accept. It travels on to the guards, so that 401 and 403 come before 400. */
export class InvalidBody {
  constructor(readonly tooComplex: boolean) {}
}

const JSON_TYPE = /^application\/json(?: *; *charset="?utf-8"?)?$/i;
/** What a PATCH is, by its own name (RFC 7396). */
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

/** Nothing is unpacked here: what says that it is packed is refused, also when it is not (RFC 9110, 8.4). */
function isReadable({ method, headers }: FastifyRequest): boolean {
  const type = headers['content-type'] ?? '';
  const isPlain = /^(identity)?$/i.test(headers['content-encoding'] ?? '');
  return isPlain && (JSON_TYPE.test(type) || (method === 'PATCH' && MERGE_PATCH_TYPE.test(type)));
}
