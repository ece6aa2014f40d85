import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { CONSUMED_EVENTS, PUBLISHED_EVENTS } from '../../apps/server/src/events.js';
import { buildAsyncApiDocument } from '../../libs/messaging/src/contracts/asyncapi-document.js';
import { ROOT } from '../support/ensure-built.js';
import { compileValidator, disallowAdditionalProperties } from './schemas.js';

interface Message {
  readonly payload: object;
  readonly examples: readonly { readonly payload: unknown }[];
}
interface Document {
  readonly channels: Readonly<Record<string, { readonly address: string }>>;
  readonly operations: Readonly<Record<string, object>>;
  readonly components: { readonly messages: Readonly<Record<string, Message>> };
}

const OFFICIAL = path.join(ROOT, 'node_modules/@asyncapi/specs/schemas/3.0.0-without-$id.json');
const contracts = PUBLISHED_EVENTS.map(({ contract }) => contract);
const HEARD_TYPES = CONSUMED_EVENTS.map(({ type }) => type);
const asJson = (document: object) => JSON.parse(JSON.stringify(document)) as Document;

describe.each(['include', 'omit'] as const)('the AsyncAPI document (%s)', (personalData) => {
  const document = asJson(buildAsyncApiDocument({ contracts, heard: CONSUMED_EVENTS }, personalData));

  it('is valid by the official schema of AsyncAPI 3.0', () => {
    const ajv = new Ajv({ strict: false, allErrors: true });
    formats.default(ajv);
    const validate = ajv.compile(JSON.parse(readFileSync(OFFICIAL, 'utf8')) as object);
    expect(validate(document), JSON.stringify(validate.errors?.slice(0, 5))).toBe(true);
    expect(validate({ ...document, operations: { x: { action: 'shout' } } }), 'it can say no').toBe(false);
  });

  it('leads every reference somewhere', () => {
    const found = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, to = '']) => to.split('/'));
    expect(found).toHaveLength((contracts.length + CONSUMED_EVENTS.length) * 3);
    for (const to of found) expect(to.reduce<unknown>(stepInto, document), to.join('/')).toBeDefined();
  });

  it('has a channel, an operation and a message for every event, and examples that fit', () => {
    const types = [...contracts, ...CONSUMED_EVENTS].map(({ type }) => type).toSorted();
    const { channels, operations, components } = document;
    for (const part of [channels, operations, components.messages]) expect(Object.keys(part).toSorted()).toEqual(types);
    expect(Object.values(channels).map(({ address }) => address)).toEqual(Object.keys(channels));
    for (const [type, one] of Object.entries(operations))
      expect(one).toMatchObject({ action: HEARD_TYPES.includes(type) ? 'receive' : 'send' });
    for (const { payload, examples } of Object.values(components.messages)) {
      const validate = compileValidator(disallowAdditionalProperties(payload));
      expect(examples).toHaveLength(1);
      for (const one of examples) expect(validate(one.payload), JSON.stringify(validate.errors)).toBe(true);
    }
  });
});

/** The official schema takes a reference of any text. */
function stepInto(from: unknown, name: string): unknown {
  return (from as Record<string, unknown> | undefined)?.[name];
}
