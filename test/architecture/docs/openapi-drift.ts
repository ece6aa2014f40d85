import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Reply } from '../../support/http-message.js';
import { listBodies, type OpenApi, type Operation } from './openapi-document.js';

/** Where what there is differs from what the document says; undefined when it does not. */
export function createDriftDetector(document: OpenApi) {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  (addFormats as unknown as (one: Ajv2020) => void)(ajv);
  ajv.addSchema(document, 'api');

  /** What is wrong with a value, by the schema of the body that stands there in the document. */
  const faultOf = (place: string, value: unknown): string | undefined => {
    const schema = encodeURI(`api${place}/schema`);
    const check = ajv.getSchema(schema) ?? ajv.compile({ $ref: schema });
    return check(value) ? undefined : ajv.errorsText(check.errors);
  };

  /** What is wrong with an answer. */
  const driftOf = (operation: Operation, reply: Reply): string | undefined => {
    const { status, headers, text, json } = reply;
    const answer = operation.responses[String(status)];
    if (!answer) return `${status} is not documented`;
    if (status >= 500 && status !== 503) return `${status}`;
    const type = (headers.get('content-type') ?? '').split(';')[0] ?? '';
    const content = Object.entries(answer.content ?? {});
    if (text === '')
      return status < 300 && content.length > 0 ? `${status} has a body in the document only` : undefined;
    const media = answer.content?.[type];
    if (!media) return `${status}: ${type} is not documented`;
    if (json === undefined || !media.schema) return undefined;
    const body = listBodies(operation, document).find((one) => one.status === status && one.type === type);
    const fault = faultOf(body?.pointer ?? '', json);
    return fault && `${status}: ${fault}`;
  };

  return { faultOf, driftOf };
}
