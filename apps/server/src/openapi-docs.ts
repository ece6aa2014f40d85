import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { completeOpenApiDocument, ProblemCatalogue } from '#platform/http';

const API_DESCRIPTION = `Strangers register with an e-mail address or a phone number, prove it with a code within one minute, and become customers.
Errors are RFC 9457 problem documents; \`GET /problems\` lists every code.`;

/** OpenAPI at `/docs`. The document is made at the first request, so that starting stays quick. */
export function serveOpenApiDocs(app: INestApplication, publicUrl: string): void {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Foyer')
    .setDescription(API_DESCRIPTION)
    .setVersion('1')
    .setLicense('MIT', 'https://spdx.org/licenses/MIT.html')
    .addServer(publicUrl)
    .addBasicAuth({ type: 'http', scheme: 'basic', description: 'Identifier and password of the attempt' })
    .addBearerAuth()
    .build();
  let cached: OpenAPIObject | undefined;
  const document = (): OpenAPIObject => {
    cached ??= completeOpenApiDocument(SwaggerModule.createDocument(app, config), app.get(ProblemCatalogue).entries);
    return cached;
  };
  cacheDocuments(app.getHttpAdapter().getInstance());
  SwaggerModule.setup('docs', app, document, {
    jsonDocumentUrl: 'docs/openapi.json',
    yamlDocumentUrl: 'docs/openapi.yaml',
    customSiteTitle: 'Foyer API',
  });
  // Relative: it holds under whatever path a proxy puts in front.
  app.getHttpAdapter().get('/', (_request: unknown, reply: FastifyReply) => reply.redirect('docs', 302));
}

const DOCUMENT_URLS = new Set(['/docs/openapi.json', '/docs/openapi.yaml', '/docs/asyncapi.json']);

/** Each document is written once, and the same bytes are sent to everybody: writing one takes up to 70 ms. */
function cacheDocuments(fastify: FastifyInstance): void {
  const cache = new Map<string, { readonly type: string; readonly body: Buffer }>();
  fastify.addHook('onRequest', (request, reply, done) => {
    const document = cache.get(request.routeOptions.url ?? '');
    if (document) reply.type(document.type).send(document.body);
    else done();
  });
  fastify.addHook('onSend', (request, reply, payload, done) => {
    const { url = '' } = request.routeOptions;
    if (
      DOCUMENT_URLS.has(url) &&
      reply.statusCode === 200 &&
      typeof payload === 'string' &&
      payload !== '' &&
      !cache.has(url)
    )
      cache.set(url, { type: String(reply.getHeader('content-type')), body: Buffer.from(payload) });
    done(null, payload);
  });
}
