import { describe, expect, it } from 'vitest';
import { InvalidConfiguration } from './invalid-configuration.js';
import { parseSettings } from './settings.js';

type Env = Record<string, string>;

const problemsOf = (env: Env): readonly string[] => {
  try {
    parseSettings(env);
    return [];
  } catch (error) {
    if (error instanceof InvalidConfiguration) return error.problems;
    throw error;
  }
};
const namesOf = (env: Env) => problemsOf(env).map((problem) => problem.split(' ')[0]);

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const ALL: Env = {
  EVENT_PUBLISHERS: 'webhook, servicebus,s3,kafka,rabbitmq,memory',
  RABBITMQ_URL: 'amqp://broker.example',
  KAFKA_BROKERS: 'one.example:9092, two.example:9092,[2001:db8::1]:9092',
  S3_BUCKET: 'foyer-events',
  AWS_REGION: 'sa-east-1',
  SERVICEBUS_URL: 'amqps://send:k%3D@bus.example/foyer.events',
  WEBHOOK_URL: 'https://hooks.example/foyer',
  WEBHOOK_SECRET: SECRET,
};

it('accepts all publishers at once, each with its own settings', () => {
  const settings = parseSettings(ALL);
  expect(settings.eventPublishers).toEqual(['memory', 'rabbitmq', 'kafka', 's3', 'servicebus', 'webhook']);
  expect(settings).toMatchObject({
    kafka: {
      brokers: ['one.example:9092', 'two.example:9092', '[2001:db8::1]:9092'],
      topic: 'foyer.events',
      inboundTopic: 'foyer.inbound',
      tls: false,
      login: undefined,
    },
    s3: { bucket: 'foyer-events', endpoint: undefined, region: 'sa-east-1', credentials: undefined },
    servicebusUrl: ALL['SERVICEBUS_URL'],
    webhook: { url: ALL['WEBHOOK_URL'], secrets: [Buffer.alloc(32, 7)], networks: [] },
  });
});

it('ignores settings of a transport that is not listed as a publisher', () => {
  const { EVENT_PUBLISHERS: _, ...rest } = ALL;
  expect(parseSettings(rest).eventPublishers).toEqual(['rabbitmq']);
});

it.each([
  ['kafka', ['KAFKA_BROKERS']],
  ['s3', ['S3_BUCKET']],
  ['servicebus', ['SERVICEBUS_URL']],
  ['webhook', ['WEBHOOK_URL', 'WEBHOOK_SECRET']],
])('rejects %s as a publisher without its settings', (EVENT_PUBLISHERS, names) => {
  expect(namesOf({ EVENT_PUBLISHERS })).toEqual(names);
});

describe('Kafka', () => {
  it('reads the client identity and credentials, over TLS', () => {
    const env = { ...ALL, KAFKA_TLS: 'on', KAFKA_USERNAME: 'foyer', KAFKA_PASSWORD: 'p', KAFKA_SASL: 'scram-sha-512' };
    const login = { mechanism: 'scram-sha-512', username: 'foyer', password: 'p' };
    expect(parseSettings(env).kafka).toMatchObject({ tls: true, login });
  });

  it.each([
    ['KAFKA_USERNAME', 'KAFKA_PASSWORD'],
    ['KAFKA_PASSWORD', 'KAFKA_USERNAME'],
  ])('rejects %s alone', (given, missing) => {
    expect(namesOf({ ...ALL, [given]: 'x' })).toEqual([missing]);
  });

  it.each(['one', 'http://one:9092', 'one:port', 'one:9092/x', 'a b:1', 'one:123456', 'user@one:1'])(
    'rejects KAFKA_BROKERS=%s',
    (KAFKA_BROKERS) => {
      expect(namesOf({ KAFKA_BROKERS })).toEqual(['KAFKA_BROKERS']);
    },
  );
});

describe('S3', () => {
  it('needs no region for an S3-compatible server', () => {
    const { AWS_REGION: _, ...rest } = ALL;
    expect(namesOf(rest)).toEqual(['AWS_REGION']);
    const s3 = { endpoint: 'http://127.0.0.1:9000', region: 'us-east-1' };
    expect(parseSettings({ ...rest, S3_ENDPOINT: s3.endpoint }).s3).toMatchObject(s3);
  });

  it('requires both credentials or neither', () => {
    const keys = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret' };
    expect(parseSettings({ ...ALL, ...keys, AWS_SESSION_TOKEN: 'token' }).s3?.credentials).toEqual({
      accessKeyId: 'id',
      secretAccessKey: 'secret',
      sessionToken: 'token',
    });
    expect(namesOf({ ...ALL, AWS_ACCESS_KEY_ID: 'id' })).toEqual(['AWS_SECRET_ACCESS_KEY']);
    expect(namesOf({ ...ALL, AWS_SECRET_ACCESS_KEY: 'secret' })).toEqual(['AWS_ACCESS_KEY_ID']);
  });

  it.each(['Foyer', 'ab', 'a/b', '-abc'])('rejects S3_BUCKET=%s', (S3_BUCKET) => {
    expect(namesOf({ ...ALL, S3_BUCKET })).toEqual(['S3_BUCKET']);
  });
});

it('consumes events from more than one transport', () => {
  expect(parseSettings({ ...ALL, EVENT_SOURCES: 'servicebus,kafka,rabbitmq' }).eventSources).toEqual([
    'rabbitmq',
    'kafka',
    'servicebus',
  ]);
  expect(namesOf({ EVENT_SOURCES: 'kafka' })).toEqual(['KAFKA_BROKERS']);
  expect(namesOf({ EVENT_SOURCES: 'servicebus' })).toEqual(['SERVICEBUS_URL']);
  expect(namesOf({ ...ALL, EVENT_SOURCES: 's3' })).toEqual(['EVENT_SOURCES']);
});

it.each(['amqps://bus.example', 'amqps://bus.example/', 'https://bus.example/topic'])(
  'rejects SERVICEBUS_URL=%s',
  (SERVICEBUS_URL) => {
    expect(namesOf({ SERVICEBUS_URL })).toEqual(['SERVICEBUS_URL']);
  },
);

describe('webhook', () => {
  it('accepts several signing secrets for rotation', () => {
    const other = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
    expect(parseSettings({ ...ALL, WEBHOOK_SECRET: `${other},${SECRET}` }).webhook?.secrets).toEqual([
      Buffer.alloc(24, 1),
      Buffer.alloc(32, 7),
    ]);
  });

  it.each([
    ['no prefix', Buffer.alloc(32).toString('base64')],
    ['23 bytes', `whsec_${Buffer.alloc(23).toString('base64')}`],
    ['65 bytes', `whsec_${Buffer.alloc(65).toString('base64')}`],
    ['no base64', `whsec_${'*'.repeat(40)}`],
  ])('rejects a secret of %s', (_, WEBHOOK_SECRET) => {
    expect(namesOf({ ...ALL, WEBHOOK_SECRET })).toEqual(['WEBHOOK_SECRET']);
  });

  it.each([
    'http://hooks.example/foyer',
    'http://127.0.0.1/foyer',
    'http://10.0.0.8/foyer',
    'https://user:password@hooks.example',
    'https://hooks.example/#part',
    'ftp://hooks.example',
  ])('rejects WEBHOOK_URL=%s', (WEBHOOK_URL) => {
    expect(namesOf({ ...ALL, WEBHOOK_URL, WEBHOOK_NETWORKS: '10.1.0.0/16' }).filter((name) => name)).toEqual(
      WEBHOOK_URL.includes('hooks.example/foyer') ? [] : ['WEBHOOK_URL'],
    );
    expect(namesOf({ ...ALL, WEBHOOK_URL })).toEqual(['WEBHOOK_URL']);
  });

  it('allows plain HTTP within the listed networks', () => {
    const env = { ...ALL, WEBHOOK_NETWORKS: '127.0.0.0/8, ::1' };
    expect(problemsOf({ ...env, WEBHOOK_URL: 'http://127.0.0.1:4000/' })).toEqual([]);
    expect(problemsOf({ ...env, WEBHOOK_URL: 'http://[::1]:4000/' })).toEqual([]);
    expect(problemsOf({ ...env, WEBHOOK_URL: 'http://localhost:4000/' })).toEqual([]);
    expect(namesOf({ ...env, WEBHOOK_NETWORKS: 'localhost' })).toEqual(['WEBHOOK_NETWORKS']);
  });
});

it('reports problems without the values, which may be secrets [ST-10]', () => {
  const shown = problemsOf({
    ...ALL,
    KAFKA_BROKERS: 'hunter2',
    KAFKA_PASSWORD: 'hunter2',
    S3_BUCKET: '*hunter2*',
    AWS_SECRET_ACCESS_KEY: 'hunter2',
    SERVICEBUS_URL: 'amqps://send:hunter2@bus.example',
    WEBHOOK_URL: 'https://hunter2:hunter2@hooks.example',
    WEBHOOK_SECRET: 'hunter2',
  });
  expect(shown).toHaveLength(7);
  expect(shown.join()).not.toContain('hunter2');
});
