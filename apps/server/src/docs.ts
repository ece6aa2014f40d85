import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { completeDocument, ProblemCatalogue } from '#platform';

const ABOUT = `Strangers register with an e-mail address or a phone number, prove it with a code within one minute, and become customers.
Errors are RFC 9457 problem documents; \`GET /problems\` lists every code.`;

/** OpenAPI at `/docs`. The document is made at the first request, so that starting stays quick. */
export function serveDocs(app: INestApplication, publicUrl: string): void {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Foyer')
    .setDescription(ABOUT)
    .setVersion('1')
    .setLicense('MIT', 'https://spdx.org/licenses/MIT.html')
    .addServer(publicUrl)
    .addBasicAuth({ type: 'http', scheme: 'basic', description: 'Identifier and password of the attempt' })
    .addBearerAuth()
    .build();
  let made: OpenAPIObject | undefined;
  const document = (): OpenAPIObject => {
    made ??= completeDocument(SwaggerModule.createDocument(app, config), app.get(ProblemCatalogue).entries);
    return made;
  };
  SwaggerModule.setup('docs', app, document, {
    jsonDocumentUrl: 'docs/openapi.json',
    yamlDocumentUrl: 'docs/openapi.yaml',
    customSiteTitle: 'Foyer API',
  });
  // Relative: it holds under whatever path a proxy puts in front.
  app.getHttpAdapter().get('/', (_request: unknown, reply: FastifyReply) => reply.redirect('docs', 302));
}
