import fc from 'fast-check';
import { MALICIOUS_STRINGS } from './malicious-strings.js';

/** A pending attempt of theirs lets requests through to what lies behind the door. */
export const FUZZED_CREDENTIALS = { email: 'fuzzed@example.org', password: 'a long enough password' };

const maliciousString = fc.constantFrom(...MALICIOUS_STRINGS);
const unicode = fc.string({ unit: 'binary', maxLength: 60 });
const text = fc.oneof(
  { weight: 3, arbitrary: maliciousString },
  { weight: 2, arbitrary: unicode },
  { weight: 1, arbitrary: fc.tuple(maliciousString, unicode, maliciousString).map((parts) => parts.join('')) },
  { weight: 1, arbitrary: fc.string({ maxLength: 3_000 }) },
);

export const identifiers = fc.oneof(
  text,
  fc.emailAddress(),
  fc.tuple(text, fc.domain()).map(([local, domain]) => `${local}@${domain}`),
  fc.tuple(fc.constantFrom('ada', 'x'), text).map(([local, domain]) => `${local}@${domain}`),
  fc.string({ unit: fc.constantFrom(...'+0123456789 ()-./x#*'), maxLength: 40 }),
);

const values = fc.oneof(
  { weight: 4, arbitrary: text },
  { weight: 1, arbitrary: fc.jsonValue() as fc.Arbitrary<unknown> },
);
const names = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom('firstName', 'lastName', 'market', 'locale') },
  { weight: 1, arbitrary: text },
);
const extras = fc.oneof(fc.constant({}), fc.dictionary(names, values, { maxKeys: 3 }));
/** Mostly good: what is refused at the first field says nothing about the others. */
const mostlyValid = (good: fc.Arbitrary<string>, other: fc.Arbitrary<string>) =>
  fc.oneof({ weight: 2, arbitrary: good }, { weight: 1, arbitrary: other });
const addresses = mostlyValid(
  fc.uuid().map((name) => `${name}@example.org`),
  identifiers,
);
const passwords = mostlyValid(
  fc.tuple(fc.constant('a long enough password'), text).map((parts) => parts.join('').slice(0, 60)),
  text,
);
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 10 });

const registrations = fc
  .record({ email: optional(addresses), password: optional(passwords), extras })
  .map(({ extras: more, ...rest }) => ({ ...rest, ...more }));
const phones = fc.record({ phone: identifiers, password: text, market: optional(text) });
const logins = fc.record({ username: identifiers, password: passwords });
const codes = fc.record({
  code: fc.oneof(text, fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 4, maxLength: 8 })),
});

const documents = fc
  .oneof(registrations, phones, logins, codes, fc.jsonValue())
  .map((value) => Buffer.from(JSON.stringify(value) ?? 'null'));

/** Half of a document, two of them, some bytes changed. */
const damaged = fc.tuple(documents, fc.nat(), fc.nat(255), fc.nat(2)).map(([bytes, at, byte, how]) => {
  const place = bytes.length === 0 ? 0 : at % bytes.length;
  if (how === 0) return bytes.subarray(0, place);
  if (how === 1) return Buffer.concat([bytes, bytes.subarray(place)]);
  const copy = Buffer.from(bytes);
  if (copy.length > 0) copy[place] = byte;
  return copy;
});

const bodies = fc.oneof(
  { weight: 6, arbitrary: documents },
  { weight: 2, arbitrary: damaged },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)) },
);

/** What HTTP lets through in a header's value; the rest is for tests of raw bytes. */
const headerText = fc.string({
  unit: fc
    .oneof(
      { weight: 8, arbitrary: fc.integer({ min: 0x20, max: 0x7e }) },
      { weight: 1, arbitrary: fc.integer({ min: 0x80, max: 0xff }) },
      { weight: 1, arbitrary: fc.constant(9) },
    )
    .map((code) => String.fromCharCode(code)),
  maxLength: 200,
});

const base64 = (value: fc.Arbitrary<string>) => value.map((plain) => Buffer.from(plain).toString('base64'));
const base64url = (value: fc.Arbitrary<string>) => value.map((plain) => Buffer.from(plain).toString('base64url'));
const credentials = fc.tuple(identifiers, text).map((pair) => pair.join(':'));
const someBytes = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('base64'));
const part = fc.oneof(base64url(fc.json()), base64url(text), fc.constantFrom('e30', '', 'eyJhbGciOiJub25lIn0'));
const token = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('.'));

/** Values of Authorization: some nearly right, none of them is. */
export const authorizations = fc.oneof(
  headerText,
  base64(credentials).map((login) => `Basic ${login}`),
  fc
    .tuple(fc.constantFrom('basic', 'BASIC', 'Basic\t', 'Basic  ', 'Basic:', 'Basic'), someBytes)
    .map((both) => both.join(' ')),
  headerText.map((junk) => `Basic ${junk}`),
  token.map((jwt) => `Bearer ${jwt}`),
  headerText.map((junk) => `Bearer ${junk}`),
  base64(text).map((login) => `Basic ${login.slice(1)}`),
  fc.nat(12_000).map((length) => `Basic ${'QUFB'.repeat(length / 4)}`),
  fc.constantFrom(
    '',
    'Basic',
    'Bearer',
    'Basic Og==',
    'Basic =',
    'Basic ====',
    'Bearer ..',
    'Bearer a.b.c',
    'Basic Og== Og==',
  ),
);

export interface FuzzedRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly string[];
  readonly body: Buffer;
}

const headerNames = fc.constantFrom(
  ...'accept accept-encoding accept-language cookie content-encoding content-language x-correlation-id traceparent tracestate x-forwarded-for x-forwarded-host x-forwarded-proto forwarded x-real-ip origin referer user-agent if-none-match if-match idempotency-key range x-requested-with sec-fetch-site upgrade'.split(
    ' ',
  ),
);
const headers = fc.array(
  fc.tuple(headerNames, headerText).map(([name, value]) => `${name}: ${value}`),
  { maxLength: 4 },
);
const types = fc.oneof(
  { weight: 20, arbitrary: fc.constant(['content-type: application/json']) },
  { weight: 1, arbitrary: headerText.map((value) => [`content-type: ${value}`]) },
  { weight: 1, arbitrary: fc.constant([]) },
);
const KNOWN = Buffer.from(`${FUZZED_CREDENTIALS.email}:${FUZZED_CREDENTIALS.password}`).toString('base64');
const logIns = fc.oneof(
  { weight: 2, arbitrary: fc.constant([]) },
  { weight: 1, arbitrary: authorizations.map((value) => [`authorization: ${value}`]) },
  { weight: 1, arbitrary: fc.constant([`authorization: Basic ${KNOWN}`]) },
);
const posts = fc.constantFrom(
  ...['', '', '/activate', '/resend-code'].map((action) => `/v1/registrations${action}`),
  '/v1/auth/login',
);
const elsewhere = fc.oneof(
  fc.constantFrom('/v1/registrations/mine', '/v1/customers/me', '/health/live', '/problems', '/docs/openapi.json', '/'),
  text.map((name) => `/v1/${encodeURIComponent(name.toWellFormed())}`.slice(0, 3_000)),
  text.map((name) => `/docs/${encodeURIComponent(name.toWellFormed())}`.slice(0, 3_000)),
  headerText.map((name) => `/v1/customers/me?${name.replaceAll(/[^!-~]/g, '')}`),
  headerText.map((name) => `/${name.replaceAll(/[^!-~]/g, '')}`),
);

export const requests: fc.Arbitrary<FuzzedRequest> = fc
  .record({
    route: fc.oneof(
      { weight: 5, arbitrary: fc.tuple(fc.constant('POST'), posts) },
      { weight: 1, arbitrary: fc.tuple(fc.constantFrom('GET', 'DELETE', 'PUT', 'PATCH', 'OPTIONS'), elsewhere) },
    ),
    body: bodies,
    lists: fc.tuple(types, logIns, headers),
  })
  .map(({ route: [method, target], body, lists }) => ({
    method,
    target,
    headers: lists.flat(),
    body: method === 'GET' ? Buffer.alloc(0) : body,
  }));
