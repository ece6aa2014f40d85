import type { FastifyInstance } from 'fastify';
import { unsupportedMediaType } from './http-errors.js';
import { parseStrictJson } from './strict-json.js';

/** A body that is not JSON we accept. It travels on to the guards, so that 401 and 403 come before 400. */
export class UnreadableBody {
  constructor(readonly tooComplex: boolean) {}
}

const JSON_TYPE = /^application\/json(?: *; *charset="?utf-8"?)?$/i;

export function useStrictBodies(fastify: FastifyInstance, bodyLimit: number): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer', bodyLimit }, (request, body, done) => {
    if (!JSON_TYPE.test(request.headers['content-type'] ?? '')) return done(unsupportedMediaType());
    if (body.length === 0) return done(null, undefined);
    const parsed = parseStrictJson(body as Buffer);
    if ('value' in parsed) return done(null, parsed.value);
    done(null, new UnreadableBody(parsed.fault === 'too_deep' || parsed.fault === 'too_many_keys'));
  });
}
